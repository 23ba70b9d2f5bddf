/** The workflows of a namespace: what each does, how its last runs went, when it runs next. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useLiveRuns } from '../api/live.ts';
import { Button, Card, Empty, Trouble } from '../ui/parts.tsx';
import { Ago, At, clockWords } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { schedulesQuery, type WorkflowLine, workflowsQuery } from './queries.ts';
import { RunSquare } from './run-square.tsx';

const route = getRouteApi('/ns/$namespace/workflows');

export function WorkflowListPage() {
  const { namespace } = route.useParams();
  const { search } = route.useSearch();
  const navigate = route.useNavigate();
  useTitle('Workflows');
  useLiveRuns(namespace);
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    workflowsQuery(namespace, search),
  );
  const lines = data?.pages.flatMap(({ workflows }) => workflows) ?? [];
  return (
    <div className="p-3">
      <h1 className="sr-only">Workflows of {namespace}</h1>
      <Card
        title="Workflows"
        side={
          <>
            <input
              type="search"
              defaultValue={search ?? ''}
              placeholder="Search"
              aria-label="Search workflows"
              className="w-36 rounded border border-line bg-page px-2 py-1 text-sm"
              onChange={({ target }) =>
                void navigate({ search: { search: target.value || undefined }, replace: true })
              }
            />
            <Link
              to="/ns/$namespace/new-workflow"
              params={{ namespace }}
              className="rounded-md bg-accent px-2.5 py-1 text-sm font-medium whitespace-nowrap text-on-accent hover:no-underline hover:opacity-90"
            >
              New workflow
            </Link>
          </>
        }
      >
        {error ? <Trouble error={error} /> : null}
        {isPending ? <p className="p-6 text-soft">Loading…</p> : null}
        {data !== undefined && lines.length === 0 ? (
          search === undefined ? (
            <Empty command="npx sluice init hello && npx sluice apply hello/workflow.yaml">
              No workflow is applied here yet. Write one with “New workflow”, or apply a file:
            </Empty>
          ) : (
            <Empty>No workflow has “{search}” in its name or description.</Empty>
          )
        ) : null}
        {lines.length === 0 ? null : <Lines namespace={namespace} lines={lines} />}
        {hasNextPage ? (
          <div className="p-3 text-center">
            <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              More workflows
            </Button>
          </div>
        ) : null}
      </Card>
    </div>
  );
}

function Lines({
  namespace,
  lines,
}: {
  readonly namespace: string;
  readonly lines: readonly WorkflowLine[];
}) {
  const schedules = useQuery(schedulesQuery(namespace)).data ?? [];
  const nextOf = (name: string) =>
    schedules
      .filter(({ workflow, next, paused }) => workflow === name && next !== null && paused === null)
      .map(({ next }) => next ?? '')
      .sort()[0];
  return (
    <ul>
      {lines.map((line) => {
        const next = nextOf(line.name);
        const [last] = line.recent ?? [];
        return (
          <li
            key={line.name}
            data-row
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-3 py-2 first:border-t-0 hover:bg-sunk"
          >
            <div className="min-w-0 grow basis-60">
              <Link
                to="/ns/$namespace/workflows/$workflow"
                params={{ namespace, workflow: line.name }}
                className="font-medium"
              >
                {line.name}
              </Link>
              <p className="truncate text-xs text-soft">
                {line.description ?? `${line.tasks} ${line.tasks === 1 ? 'task' : 'tasks'}`} · version{' '}
                {line.version}
              </p>
            </div>
            <Strip namespace={namespace} line={line} />
            <p className="w-28 text-sm text-soft">
              {last === undefined ? 'never run' : <Ago at={last.created_at} />}
            </p>
            <p className="w-48 text-sm text-soft">
              {next === undefined ? (
                ''
              ) : (
                <>
                  next <At at={next} />
                </>
              )}
            </p>
            <Link
              to="/ns/$namespace/workflows/$workflow/start"
              params={{ namespace, workflow: line.name }}
              aria-label={`Start ${line.name}`}
              className="rounded-md border border-line bg-card px-2.5 py-1 text-sm font-medium text-text hover:bg-sunk hover:no-underline"
            >
              Start…
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

/** Oldest left, as time goes. */
function Strip({ namespace, line }: { readonly namespace: string; readonly line: WorkflowLine }) {
  return (
    <div className="flex min-w-48 sm:justify-end">
      {[...(line.recent ?? [])].reverse().map(({ id, status, created_at }) => (
        <RunSquare
          key={id}
          namespace={namespace}
          run={id}
          state={status}
          label={`Run of ${clockWords(created_at)}`}
        />
      ))}
    </div>
  );
}
