/** Runs, newest first; the filter stands in the address. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { memo, useCallback, useState } from 'react';
import { useLiveRuns } from '../api/live.ts';
import type { RunLine } from '../api/model.ts';
import { runsQuery } from '../api/queries.ts';
import { Button, Card, Empty, Trouble } from '../ui/parts.tsx';
import { Status } from '../ui/status.tsx';
import { Ago, Took } from '../ui/time.tsx';
import { BulkActions } from './bulk.tsx';
import { withNews } from './live-list.ts';
import { SINCE, sinceOf } from './views.ts';

const STATUSES = ['running', 'succeeded', 'failed', 'cancelled', 'queued', 'paused'];
const route = getRouteApi('/ns/$namespace/runs');

export function RunListPage() {
  const { namespace } = route.useParams();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const { workflow, status, since } = filter;
  const query = runsQuery(namespace, { workflow, status, sinceMs: since && SINCE[since] });
  const client = useQueryClient();
  useLiveRuns(namespace, (news) =>
    client.setQueryData(query.queryKey, (known) => {
      const pages = known && withNews(known.pages, news, { workflow, status });
      return known && pages && pages !== known.pages ? { ...known, pages: [...pages] } : known;
    }),
  );
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(query);
  const runs = data?.pages.flatMap((page) => page.runs) ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = useCallback(
    (run: string, is: boolean) =>
      setChosen((known) => new Set(is ? [...known, run] : [...known].filter((one) => one !== run))),
    [],
  );
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <div className="p-3">
      <h1 className="sr-only">Runs</h1>
      <Card
        title="Runs"
        side={
          <>
            <input
              type="search"
              defaultValue={filter.workflow ?? ''}
              key={filter.workflow ?? ''}
              placeholder="Workflow"
              aria-label="Workflow"
              className="w-40 rounded border border-line bg-page px-2 py-0.5 text-sm"
              onKeyDown={({ key, currentTarget }) =>
                key === 'Enter'
                  ? void navigate({
                      search: (old) => ({ ...old, workflow: currentTarget.value || undefined }),
                    })
                  : undefined
              }
            />
            <select
              value={filter.status ?? ''}
              aria-label="Status"
              onChange={({ target }) =>
                void navigate({ search: (old) => ({ ...old, status: target.value || undefined }) })
              }
              className="rounded border border-line bg-page px-1 py-0.5 text-sm"
            >
              <option value="">any status</option>
              {STATUSES.map((status) => (
                <option key={status}>{status}</option>
              ))}
            </select>
            <select
              value={filter.since ?? ''}
              aria-label="Since"
              onChange={({ target }) =>
                void navigate({ search: (old) => ({ ...old, since: sinceOf(target.value) }) })
              }
              className="rounded border border-line bg-page px-1 py-0.5 text-sm"
            >
              <option value="">any time</option>
              {Object.keys(SINCE).map((since) => (
                <option key={since} value={since}>
                  last {since}
                </option>
              ))}
            </select>
          </>
        }
      >
        <BulkActions namespace={namespace} runs={[...chosen]} onClear={() => setChosen(new Set())} />
        {error ? <Trouble error={error} /> : null}
        {isPending ? <p className="p-6 text-soft">Loading…</p> : null}
        {data !== undefined && runs.length === 0 ? (
          isFiltered ? (
            <Empty>No run is like that.</Empty>
          ) : (
            <Empty command="sluice init hello && sluice start hello/workflow.yaml">
              There are no runs yet. Start the first one:
            </Empty>
          )
        ) : null}
        {runs.length === 0 ? null : (
          <div className="overflow-x-auto">
            <table className="w-full text-left text-sm">
              <thead className="text-xs text-soft">
                <tr>
                  <th className="w-8 py-1 pl-3">
                    <span className="sr-only">Choose</span>
                  </th>
                  <th className="px-3 py-1 font-medium">Status</th>
                  <th className="px-3 py-1 font-medium">Workflow</th>
                  <th className="px-3 py-1 font-medium">Run</th>
                  <th className="px-3 py-1 font-medium">Started</th>
                  <th className="px-3 py-1 font-medium">Took</th>
                </tr>
              </thead>
              <tbody>
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
  readonly onChoose: (run: string, is: boolean) => void;
}

/** Drawn again when its own line changes, and not with every page that is added. */
const Row = memo(function Row({ run, namespace, isChosen, onChoose }: RowProps) {
  return (
    <tr className="border-t border-line hover:bg-sunk">
      <td className="py-1.5 pl-3">
        <input
          type="checkbox"
          aria-label={`Choose ${run.id}`}
          checked={isChosen}
          onChange={({ target }) => onChoose(run.id, target.checked)}
        />
      </td>
      <td className="px-3 py-1.5">
        <Status state={run.status} />
      </td>
      <td className="px-3 py-1.5">
        <Link from="/ns/$namespace/runs" search={(old) => ({ ...old, workflow: run.workflow })}>
          {run.workflow}
        </Link>
      </td>
      <td className="px-3 py-1.5 font-mono text-xs">
        <Link to="/ns/$namespace/runs/$run" params={{ namespace, run: run.id }}>
          {run.id}
        </Link>
      </td>
      <td className="px-3 py-1.5">
        <Ago at={run.created_at} />
      </td>
      <td className="px-3 py-1.5">
        <Took from={run.created_at} to={run.finished_at} />
      </td>
    </tr>
  );
});
