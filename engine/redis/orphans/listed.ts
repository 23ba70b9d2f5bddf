/** Whether runs stand in the index as their headers say, and how they get there. The index is derived: a header is always right. */
import { isRunEnded, RUN_STATUSES } from '../../core/node-state.ts';
import type { RunHeader } from '../../core/run-header.ts';
import { shardOf } from '../../core/run-id.ts';
import type { RunIndex, RunSummary } from '../../ports/run-index.ts';
import type { Connections } from '../connection.ts';
import { prefixOf } from '../read-key.ts';
import { escapeGlob, scanKeys } from '../scan.ts';
import { readHeaders } from './runs-seen.ts';

export type SummaryOf = (header: RunHeader) => RunSummary;

function listsOf({ keys }: Connections, header: RunHeader): string[] {
  const { namespace, workflow, status } = header;
  return [
    keys.runs('all'),
    ...(awaitingOf(header) > 0 ? [keys.runs('awaiting')] : []),
    keys.runs('namespace', namespace),
    keys.runs('workflow', workflow),
    keys.runs('status', status),
  ];
}

/** Nodes that wait for somebody, as the line says it. */
function awaitingOf({ awaiting = 0, status }: RunHeader): number {
  return isRunEnded(status) ? 0 : awaiting;
}

/** Those that a list lacks, or whose line says another status, or another number of nodes that wait for somebody. */
export async function unlisted(connections: Connections, headers: readonly RunHeader[]): Promise<string[]> {
  const { call, keys } = connections;
  const isListed = await Promise.all(
    headers.map(async (header) => {
      const [line, ...scores] = await Promise.all([
        call('hmget', [keys.runLine(header.id), 'status', 'awaiting']),
        ...listsOf(connections, header).map((list) => call('zscore', [list, header.id])),
      ]);
      const [status, awaiting] = (line as (string | null)[]).map(Number);
      const isSame = status === RUN_STATUSES.indexOf(header.status) + 1 && awaiting === awaitingOf(header);
      return isSame && !scores.includes(null);
    }),
  );
  return headers.filter((_, at) => !isListed[at]).map(({ id }) => id);
}

/** Times that a run is put into its lists, whose status changes meanwhile. */
const TRIES = 5;

/** Puts the runs into their lists, with their status. Those that are gone are left out. */
export async function enlist(
  connections: Connections,
  runs: readonly string[],
  { index, shards, summaryOf }: { index: Pick<RunIndex, 'record'>; shards: number; summaryOf: SummaryOf },
): Promise<number> {
  const { call, keys } = connections;
  let listed = 0;
  for (const run of runs) {
    // What was read may be old by the time it is recorded, so it is looked at again.
    for (let tries = 0, status = ''; tries < TRIES; tries++) {
      const [seen] = await readHeaders(connections, [{ shard: shardOf(run, shards), run }]);
      if (seen === undefined || seen.header.status === status) break;
      if (tries === 0) listed++;
      status = seen.header.status;
      await index.record(summaryOf(seen.header));
      const others = RUN_STATUSES.filter((other) => other !== status);
      await Promise.all([
        ...listsOf(connections, seen.header).map((list) => call('zadd', [list, seen.header.createdAt, run])),
        ...(awaitingOf(seen.header) > 0 ? [] : [call('zrem', [keys.runs('awaiting'), run])]),
        ...others.map((other) => call('zrem', [keys.runs('status', other), run])),
      ]);
    }
  }
  return listed;
}

/** Takes runs out of all lists, unless they are there after all. */
export async function delist(
  connections: Connections,
  runs: readonly string[],
  shards: number,
): Promise<number> {
  const { call, keys } = connections;
  const headers = await readHeaders(
    connections,
    runs.map((run) => ({ shard: shardOf(run, shards), run })),
  );
  const gone = runs.filter((_, at) => headers[at] === undefined);
  for await (const lists of listNames(connections))
    for (const list of lists) for (const run of gone) await call('zrem', [list, run]);
  await Promise.all(gone.map((run) => call('del', [keys.runLine(run)])));
  return gone.length;
}

/** Names of all lists. */
async function* listNames(connections: Connections): AsyncGenerator<readonly string[]> {
  const { keys } = connections;
  yield [
    keys.runs('all'),
    keys.runs('awaiting'),
    ...RUN_STATUSES.map((status) => keys.runs('status', status)),
  ];
  const pattern = `${escapeGlob(prefixOf(keys))}{runs}:`;
  for (const kind of ['namespace', 'workflow']) yield* scanKeys(connections, `${pattern}${kind}:*`);
}
