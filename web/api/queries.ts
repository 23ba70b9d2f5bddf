/** What pages ask the server, each under its key. Everything of a run is below `['run', namespace, run]`. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { apiPath, get } from './http.ts';
import type {
  ArtifactList,
  Explanation,
  LogPage,
  RunEvent,
  RunFilter,
  RunGraph,
  RunHead,
  RunList,
  RunNode,
} from './model.ts';

export interface RunRef {
  readonly namespace: string;
  readonly run: string;
}

export const runsQuery = (namespace: string, filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', namespace, filter],
    queryFn: ({ pageParam, signal }) =>
      get<RunList>(
        apiPath(namespace, 'runs'),
        {
          workflow: filter.workflow,
          status: filter.statuses?.join(','),
          awaiting: filter.awaiting,
          label: filter.label,
          text: filter.text,
          created_after:
            filter.sinceMs === undefined ? undefined : new Date(Date.now() - filter.sinceMs).toISOString(),
          limit: 50,
          cursor: pageParam,
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Besides the stream of changes, for where none comes through. All pages would be asked for again.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : 15_000),
  });

/** Between two looks at a run that is to end, ms. */
const [SOONEST_MS, LATEST_MS] = [5_000, 60_000];

/** In how many ms the end is due; false when none is foreseen. */
function whenForeseen(eta: RunHead['eta'] | undefined): number | false {
  if (eta == null) return false;
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, Date.parse(eta.at) - Date.now()));
}

export const headQuery = ({ namespace, run }: RunRef) =>
  queryOptions({
    queryKey: ['run', namespace, run, 'head'],
    queryFn: ({ signal }) => get<RunHead>(apiPath(namespace, 'runs', run), {}, signal),
    // Where nothing happens for long no event says that the end is a later one now.
    refetchInterval: ({ state }) => whenForeseen(state.data?.eta),
  });

export const graphQuery = ({ namespace, run }: RunRef) =>
  queryOptions({
    queryKey: ['run', namespace, run, 'graph'],
    queryFn: ({ signal }) => get<RunGraph>(apiPath(namespace, 'runs', run, 'graph'), {}, signal),
  });

/** Whole ids of runs. */
export const RUN_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Where a run is, among all namespaces that the caller may see. */
export const runPlaceQuery = (id: string) =>
  queryOptions({
    queryKey: ['run-place', id],
    queryFn: ({ signal }) =>
      get<{ namespace: string; workflow: string; status: string }>(`/api/v1/runs/${id}`, {}, signal),
    enabled: RUN_ID.test(id),
  });

export interface NodeList {
  readonly nodes: readonly RunNode[];
  readonly next: string | null;
}

export const nodesQuery = (
  { namespace, run }: RunRef,
  filter: { task?: string; status?: string; tasks_only?: boolean; limit?: number },
) =>
  queryOptions({
    queryKey: ['run', namespace, run, 'nodes', filter],
    queryFn: ({ signal }) =>
      get<NodeList>(apiPath(namespace, 'runs', run, 'nodes'), { limit: 1_000, ...filter }, signal),
  });

export const nodeQuery = ({ namespace, run }: RunRef, node: string) =>
  queryOptions({
    queryKey: ['run', namespace, run, 'node', node],
    queryFn: ({ signal }) => get<RunNode>(apiPath(namespace, 'runs', run, 'nodes', node), {}, signal),
  });

export const explainQuery = ({ namespace, run }: RunRef, node: string) =>
  queryOptions({
    queryKey: ['run', namespace, run, 'explain', node],
    queryFn: ({ signal }) =>
      get<Explanation>(apiPath(namespace, 'runs', run, 'nodes', node, 'explain'), {}, signal),
  });

export interface EventPage {
  readonly events: readonly RunEvent[];
  readonly next: number | null;
}

/** What has happened stays as it is, and is not asked for again: the next page begins behind what is known. */
export const historyQuery = ({ namespace, run }: RunRef) =>
  infiniteQueryOptions({
    queryKey: ['history', namespace, run],
    queryFn: ({ pageParam, signal }) =>
      get<EventPage>(apiPath(namespace, 'runs', run, 'events'), { after: pageParam, limit: 5_000 }, signal),
    initialPageParam: 0,
    getNextPageParam: ({ events }, _pages, after) => events.at(-1)?.seq ?? after,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const artifactsQuery = ({ namespace, run }: RunRef) =>
  queryOptions({
    queryKey: ['run', namespace, run, 'artifacts'],
    queryFn: ({ signal }) => get<ArtifactList>(apiPath(namespace, 'runs', run, 'artifacts'), {}, signal),
  });

/** Lines of a page at most. */
const LOG_PAGE = 5_000;
/** Kept in the browser at most; earlier ones are in `sluice logs`. */
export const LOG_LINES = 1_000_000;

/** All lines so far; asking again goes on where it had come to. */
export async function readLog(
  { namespace, run }: RunRef,
  { node, attempt, after }: { readonly node: string; readonly attempt: number; readonly after: string },
  signal: AbortSignal,
): Promise<LogPage> {
  const path = apiPath(namespace, 'runs', run, 'nodes', node, 'attempts', String(attempt), 'logs');
  return get<LogPage>(path, { after, limit: LOG_PAGE }, signal);
}

export { LOG_PAGE };
