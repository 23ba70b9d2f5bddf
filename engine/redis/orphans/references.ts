/** What is asked about things that are kept elsewhere, by the ids of runs and the hashes of source bundles. */
import { shardOf } from '../../core/run-id.ts';
import type { Connections } from '../connection.ts';
import { allOf } from './all-of.ts';
import { withoutHeader } from './runs-seen.ts';
import { survey } from './survey.ts';

/** Those of which there is no run. */
export async function withoutRun(
  connections: Connections,
  ids: readonly string[],
  shards: number,
): Promise<readonly string[]> {
  const gone = await withoutHeader(
    connections,
    ids.map((run) => ({ run, shard: shardOf(run, shards) })),
  );
  return gone.map(({ run }) => run);
}

/** Hashes of plans and source bundles that runs, versions, schedules and plans name. Goes through all keys. */
export async function mentionedHashes(connections: Connections, shards: number): Promise<readonly string[]> {
  const { mentions } = await allOf(survey(connections, { shards, of: 'shared' }));
  return [...mentions.hashes()];
}
