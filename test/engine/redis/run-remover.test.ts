import { describe, expect, it } from 'vitest';
import { newRecord, packRecord, RECORD_BYTES } from '../../../engine/core/node-record.ts';
import { shardOf } from '../../../engine/core/run-id.ts';
import { createRedisArtifactStore } from '../../../engine/redis/artifact-store.ts';
import { createRedisLogStore } from '../../../engine/redis/log-store.ts';
import { createRedisRunIndex } from '../../../engine/redis/run-index.ts';
import { createRedisRunRemover } from '../../../engine/redis/run-remover.ts';
import { createRedisShardStore } from '../../../engine/redis/shard-store.ts';
import { aHeader, aPlan, aTask } from '../../support/run-builder.ts';
import { openConnections } from './make-store.ts';

/** A run with two nodes, a large and a small output, logs of two attempts, an artifact and a line in the lists. */
async function openRun() {
  const { connections, close } = await openConnections();
  const store = createRedisShardStore(connections);
  const shards = await store.shards();
  const plan = aPlan([aTask('a'), aTask('b')]);
  const header = aHeader(plan);
  await store.start(header, plan);
  const shard = shardOf(header.id, shards);
  const lease = await store.acquire(shard, 'o', 60_000);
  if (!lease) throw new Error('the shard is taken');
  const bytes = new Uint8Array(2 * RECORD_BYTES);
  for (const node of [0, 1])
    packRecord({ ...newRecord(node), attempt: 2 }, 0, new DataView(bytes.buffer), node * RECORD_BYTES);
  const change = {
    run: header.id,
    header: '{"status":"running"}',
    records: [{ start: 0, bytes }],
    outputs: [
      [0, '{"o":{"x":1}}'],
      [1, `{"o":{"x":"${'y'.repeat(500)}"}}`],
    ] as const,
    events: { first: 1, last: 1, packed: 'e' },
  };
  const nothing = {
    cursor: null,
    expect: [],
    flights: { set: [], remove: [] },
    timers: { set: [], remove: [] },
  };
  await store.commit(lease, 1, { ...nothing, runs: [{ ...change, live: true }] });
  const logs = createRedisLogStore(connections, { shards });
  const name = { run: header.id, node: 1, attempt: 2 };
  await logs.append(name, [{ at: 1, stream: 'stdout', text: 'line' }]);
  const artifacts = createRedisArtifactStore(connections, { shards });
  await artifacts.put(header.id, 'a/b', new Uint8Array(10));
  await createRedisRunIndex(connections).record({ ...header, createdAt: 1, finishedAt: 2 });
  const end = () =>
    store.commit(lease, 2, {
      ...nothing,
      runs: [
        { ...change, records: [], outputs: [], events: { first: 2, last: 2, packed: 'e' }, live: false },
      ],
    });
  const left = async () => {
    const keys: string[] = [];
    let cursor = '0';
    do {
      const [next, found] = (await connections.call('scan', [
        cursor,
        'MATCH',
        `*${header.id}*`,
        'COUNT',
        1_000,
      ])) as [string, string[]];
      keys.push(...found);
      cursor = next;
    } while (cursor !== '0');
    return keys;
  };
  const remover = createRedisRunRemover(connections, { shards });
  const index = createRedisRunIndex(connections);
  return { store, index, remover, id: header.id, end, left, close };
}

describe('removing a run', () => {
  it('leaves nothing of it, and may be repeated', async () => {
    const { index, remover, id, end, left, close } = await openRun();
    await end();
    expect((await left()).length).toBeGreaterThan(7);
    expect(await remover.remove(id)).toBe(true);
    expect(await left()).toEqual([]);
    expect((await index.list({}, 10)).runs).toEqual([]);
    expect(await remover.remove(id)).toBe(true);
    await close();
  });

  it('touches nothing of a run that is live', async () => {
    const { store, remover, id, left, close } = await openRun();
    const before = (await left()).sort();
    expect(await remover.remove(id)).toBe(false);
    expect((await left()).sort()).toEqual(before);
    expect((await store.loadRun(id))?.outputs.size).toBe(2);
    await close();
  });
});
