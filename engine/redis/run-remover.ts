/**
 * Removes runs from Redis. The header goes first, so that nobody finds the run any more; node records and the list of its
 * output hashes go last, since they name what else there is. A crash in between is mended by removing again.
 */
import { RECORD_BYTES, unpackRecord } from '../core/node-record.ts';
import { RUN_STATUSES } from '../core/node-state.ts';
import { shardOf } from '../core/run-id.ts';
import type { RunSummary } from '../ports/run-index.ts';
import type { RunRemover } from '../ports/run-remover.ts';
import type { Connections } from './connection.ts';
import { FIRST_HASH, outputsKey } from './output-cells.ts';
import { readPieces } from './run-reader.ts';
import { scanSet } from './scan.ts';
import { createScripts } from './scripts.ts';

/** Keys removed by one script. */
const PIECE = 500;

export function createRedisRunRemover(
  connections: Connections,
  { shards }: { readonly shards: number },
): RunRemover {
  const { keys, call } = connections;
  const scripts = createScripts(connections);
  return {
    async remove(run) {
      const shard = shardOf(run, shards);
      const lasting = [keys.live(shard), keys.removing(shard)];
      const remove = async (names: readonly string[], step: 'begin' | 'go on' | 'end') => {
        for (let at = 0; at === 0 || at < names.length; at += PIECE) {
          const piece = names.slice(at, at + PIECE);
          if ((await scripts.removeRun([...lasting, ...piece], [run, step])) === 0) return false;
        }
        return true;
      };
      const head = [keys.run(shard, run), keys.progress(shard, run), keys.events(shard, run)];
      if (!(await remove(head, 'begin'))) return false;
      if (!(await remove(await namesOf(connections, shard, run), 'go on'))) return false;
      const last = [keys.nodes(shard, run), keys.buckets(shard, run), keys.blobs(shard, run)];
      if (!(await remove(last, 'end'))) return false;
      await removeLine(call, keys, run);
      return true;
    },
  };
}

/** Outputs, logs and artifacts. */
async function namesOf(connections: Connections, shard: number, run: string): Promise<string[]> {
  const { keys } = connections;
  const [hashes, blobs, records] = await Promise.all([
    scanSet(connections, keys.buckets(shard, run)),
    scanSet(connections, keys.blobs(shard, run)),
    readPieces({ connections }, keys.nodes(shard, run)),
  ]);
  const outputs = [...new Set([FIRST_HASH, ...[...hashes].map(Number)])].map((hash) =>
    outputsKey(keys, shard, run, hash),
  );
  const artifacts = [...blobs].map((key) => keys.blob(shard, run, key));
  return [
    ...outputs,
    ...artifacts,
    ...logNames(records).map(([node, attempt]) => keys.log(shard, run, node, attempt)),
  ];
}

/** Node and attempt of all logs that there may be. */
function logNames(records: Uint8Array): [node: number, attempt: number][] {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const names: [number, number][] = [];
  for (let node = 0; (node + 1) * RECORD_BYTES <= records.byteLength; node++) {
    const { attempt } = unpackRecord(view, node * RECORD_BYTES, 0);
    for (let one = 1; one <= attempt; one++) names.push([node, one]);
  }
  return names;
}

async function removeLine(call: Connections['call'], keys: Connections['keys'], run: string): Promise<void> {
  const line = (await call('hget', [keys.runLine(run), 'line'])) as string | null;
  if (line === null) return;
  const { namespace, workflow } = JSON.parse(line) as RunSummary;
  const lists = [
    keys.runs('all'),
    keys.runs('awaiting'),
    keys.runs('namespace', namespace),
    keys.runs('workflow', workflow),
  ];
  const statuses = RUN_STATUSES.map((status) => keys.runs('status', status));
  await Promise.all([...lists, ...statuses].map((list) => call('zrem', [list, run])));
  await call('del', [keys.runLine(run)]);
}
