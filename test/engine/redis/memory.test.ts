/** Redis memory of a finished run, by MEMORY USAGE of all its keys. The budget is DESIGN section 9. */
import { describe, expect, it } from 'vitest';
import { type EventRecord, packEvents } from '../../../engine/core/event.ts';
import { newRecord, packRecord, RECORD_BYTES } from '../../../engine/core/node-record.ts';
import {
  aCommit,
  aHeader,
  aPlan,
  aRunChange,
  aRunId,
  own,
  SHARD,
} from '../../contract/shard-store/builders.ts';
import { openStore } from './make-store.ts';

const NODES = 10_000;
const PER_COMMIT = 500;
const AT = 1_700_000_000_000;
const OUTPUT = { path: '/data/2026/11/part-00001.parquet', rows: 123456789012 };

function recordsFor(from: number): Uint8Array {
  const bytes = new Uint8Array(PER_COMMIT * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < PER_COMMIT; i++) {
    const times = {
      queuedAt: AT + from,
      startedAt: AT + from + 5,
      endedAt: AT + from + 9,
      firstStartedAt: AT + from + 5,
    };
    packRecord(
      { ...newRecord(1, from + i), state: 'succeeded', attempt: 1, ...times },
      AT,
      view,
      i * RECORD_BYTES,
    );
  }
  return bytes;
}

function eventsFor(from: number): { first: number; last: number; packed: string } {
  const first = 2 * from + 1;
  const events = Array.from({ length: 2 * PER_COMMIT }, (_, i): EventRecord => {
    const node = from + (i >> 1);
    const at = AT + from + (i % 9);
    return i % 2 === 0
      ? { seq: first + i, type: 'node.queued', node, attempt: 1, at }
      : {
          seq: first + i,
          type: 'node.succeeded',
          node,
          attempt: 1,
          at,
          detail: { worker: 'host:4711', started: at },
        };
  });
  return { first, last: first + 2 * PER_COMMIT - 1, packed: packEvents(events) };
}

describe('the memory of a finished run', () => {
  it(`stays within 250 bytes a node with outputs of 60 bytes`, async () => {
    const { store, connections, close } = await openStore({ shards: 4 });
    const { keys } = connections;
    await store.start(aHeader(), aPlan());
    const lease = await own(store);
    const json = JSON.stringify({ o: OUTPUT });
    expect(JSON.stringify(OUTPUT).length).toBeGreaterThanOrEqual(60);
    for (let from = 0, n = 1; from < NODES; from += PER_COMMIT, n++) {
      const outputs = Array.from({ length: PER_COMMIT }, (_, i) => [from + i, json] as const);
      const records = [{ start: from, bytes: recordsFor(from) }];
      await store.commit(
        lease,
        n,
        aCommit({ runs: [aRunChange({ records, outputs, events: eventsFor(from) })] }),
      );
    }
    const names = [
      keys.run(SHARD, aRunId()),
      keys.nodes(SHARD, aRunId()),
      keys.events(SHARD, aRunId()),
      keys.buckets(SHARD, aRunId()),
      ...Array.from({ length: Math.ceil(NODES / 128) }, (_, bucket) => keys.outputs(SHARD, aRunId(), bucket)),
    ];
    const sizes = await Promise.all(
      names.map(async (name) => Number(await connections.call('memory', ['USAGE', name, 'SAMPLES', 0]))),
    );
    const [header = 0, nodes = 0, events = 0, buckets = 0, ...outputs] = sizes.map((size) => size / NODES);
    const all = sizes.reduce((sum, size) => sum + size, 0) / NODES;
    const rounded = {
      header,
      records: nodes,
      events,
      buckets,
      outputs: outputs.reduce((a, b) => a + b, 0),
      all,
    };
    console.log(
      'bytes a node',
      Object.fromEntries(Object.entries(rounded).map(([name, size]) => [name, Number(size.toFixed(1))])),
    );
    const run = await store.loadRun(aRunId());
    expect([run?.records.length, run?.outputs.size]).toEqual([NODES * RECORD_BYTES, NODES]);
    expect(all).toBeLessThanOrEqual(250);
    await close();
  });
});
