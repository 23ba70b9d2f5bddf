/** Runs, newest first; the filter stands in the address. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { memo, useCallback, useState } from 'react';
import { labelText } from '../../server/contract/label-text.ts';
import { useLiveRuns } from '../api/live.ts';
import type { RunLine } from '../api/model.ts';
import { runsQuery } from '../api/queries.ts';
import { Button, Card, Empty, Trouble } from '../ui/parts.tsx';
import { Status } from '../ui/status.tsx';
import { Ago, Took } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { BulkActions } from './bulk.tsx';
import { type Chosen, MAX_CHOSEN, withChosen } from './chosen.ts';
import { FilterBar } from './filter-bar.tsx';
import { withNews } from './live-list.ts';
import { SINCE } from './views.ts';

const route = getRouteApi('/ns/$namespace/runs');

export function RunListPage() {
  useTitle('Runs');
  const { namespace } = route.useParams();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const { workflow, status, awaiting, label, text, since } = filter;
  const sinceMs = since && SINCE[since];
  const wanted = { workflow, statuses: status?.split(','), awaiting, label, text, sinceMs };
  const query = runsQuery(namespace, wanted);
  const client = useQueryClient();
  useLiveRuns(namespace, (news) =>
    client.setQueryData(query.queryKey, (known) => {
      const pages = known && withNews(known.pages, news, wanted);
      return known && pages && pages !== known.pages ? { ...known, pages: [...pages] } : known;
    }),
  );
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(query);
  const runs = data?.pages.flatMap((page) => page.runs) ?? [];
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const choose = useCallback(
    (lines: readonly RunLine[], is: boolean) => setChosen((known) => withChosen(known, lines, is)),
    [],
  );
  const isAllChosen = runs.length > 0 && runs.every(({ id }) => chosen.has(id));
  const chooseEarlier = async () => {
    let lines = runs;
    for (let more = hasNextPage; more && lines.length < MAX_CHOSEN; ) {
      const read = await fetchNextPage();
      lines = read.data?.pages.flatMap((page) => page.runs) ?? lines;
      more = read.hasNextPage && !read.isError;
    }
    choose(lines.slice(0, MAX_CHOSEN), true);
  };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <div className="p-3">
      <h1 className="sr-only">Runs</h1>
      <Card title="Runs">
        <FilterBar search={filter} onSearch={(search) => void navigate({ search })} />
        <BulkActions
          namespace={namespace}
          chosen={chosen}
          onClear={() => setChosen(new Map())}
          onAll={isAllChosen && hasNextPage && runs.length < MAX_CHOSEN ? chooseEarlier : undefined}
        />
        {error ? <Trouble error={error} /> : null}
        {isPending ? <p className="p-6 text-soft">Loading…</p> : null}
        {data !== undefined && runs.length === 0 ? (
          hasNextPage ? (
            <Empty>None of the newest thousands is like that.</Empty>
          ) : isFiltered ? (
            <Empty>No run is like that.</Empty>
          ) : (
            <Empty command="npx sluice init hello && npx sluice start hello/workflow.yaml">
              There are no runs yet. Start the first one:
            </Empty>
          )
        ) : null}
        {runs.length === 0 ? null : (
          <div className="overflow-x-auto">
            <table className="w-full text-left text-sm max-sm:block">
              <thead className="text-xs text-soft max-sm:block">
                <tr className="max-sm:flex">
                  <th className="w-8 py-1 pl-3 max-sm:w-auto">
                    <input
                      type="checkbox"
                      aria-label="Choose all that are shown"
                      title="Choose all that are shown"
                      checked={isAllChosen}
                      onChange={({ target }) => choose(runs, target.checked)}
                    />
                    <span aria-hidden="true" className="pl-2 font-normal sm:hidden">
                      all
                    </span>
                  </th>
                  <th className="px-3 py-1 font-medium max-sm:sr-only">Status</th>
                  <th className="px-3 py-1 font-medium max-sm:sr-only">Workflow</th>
                  <th className="px-3 py-1 font-medium max-sm:sr-only">Run</th>
                  <th className="px-3 py-1 font-medium max-sm:sr-only">Started</th>
                  <th className="px-3 py-1 font-medium max-sm:sr-only">Took</th>
                </tr>
              </thead>
              <tbody className="max-sm:block">
                {runs.map((run) => (
                  <Row
                    key={run.id}
                    run={run}
                    namespace={namespace}
                    isChosen={chosen.has(run.id)}
                    onChoose={choose}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {hasNextPage ? (
          <div className="p-3 text-center">
            <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Earlier runs
            </Button>
          </div>
        ) : null}
      </Card>
    </div>
  );
}

interface RowProps {
  readonly run: RunLine;
  readonly namespace: string;
  readonly isChosen: boolean;
  readonly onChoose: (lines: readonly RunLine[], is: boolean) => void;
}

/** Drawn again when its own line changes, and not with every page that is added. */
const Row = memo(function Row({ run, namespace, isChosen, onChoose }: RowProps) {
  return (
    <tr className="border-t border-line hover:bg-sunk max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-2 max-sm:px-3 max-sm:py-1.5">
      <td className="py-1.5 pl-3 max-sm:p-0">
        <input
          type="checkbox"
          aria-label={`Choose ${run.id}`}
          checked={isChosen}
          onChange={({ target }) => onChoose([run], target.checked)}
        />
      </td>
      <td className="px-3 py-1.5 max-sm:p-0">
        <Status state={run.status} />
        {run.awaiting === 0 ? null : (
          <span className="ml-1 text-xs whitespace-nowrap text-wait">
            {run.awaiting === 1 ? 'needs an answer' : `needs ${run.awaiting} answers`}
          </span>
        )}
      </td>
      <td className="px-3 py-1.5 max-sm:w-full max-sm:py-0.5 max-sm:pl-6">
        <Link from="/ns/$namespace/runs" search={(old) => ({ ...old, workflow: run.workflow })}>
          {run.workflow}
        </Link>
        {Object.entries(run.labels).map(([name, value]) => (
          <Link
            key={name}
            from="/ns/$namespace/runs"
            search={(old) => ({ ...old, label: labelText({ [name]: value }) })}
            title={`${name}=${value}`}
            className="ml-1 inline-block max-w-56 truncate rounded bg-sunk px-1 align-bottom text-xs text-soft no-underline"
          >
            {name}={value}
          </Link>
        ))}
      </td>
      <td className="px-3 py-1.5 font-mono text-xs max-sm:w-full max-sm:py-0.5 max-sm:pl-6">
        <Link to="/ns/$namespace/runs/$run" params={{ namespace, run: run.id }}>
          {run.id}
        </Link>
      </td>
      <td className="px-3 py-1.5 whitespace-nowrap max-sm:py-0 max-sm:pl-6">
        <Ago at={run.created_at} />
      </td>
      <td className="px-3 py-1.5 whitespace-nowrap max-sm:p-0">
        <Took from={run.created_at} to={run.finished_at} />
      </td>
    </tr>
  );
});
