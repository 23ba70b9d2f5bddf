/** The contract of the remover of runs: engine/ports/run-remover.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Commit, RunChange } from '../../engine/core/commit.ts';
import { newRecord, packRecord, RECORD_BYTES } from '../../engine/core/node-record.ts';
import { shardOf } from '../../engine/core/run-id.ts';
import type { ArtifactStore } from '../../engine/ports/artifact-store.ts';
import type { LogStore } from '../../engine/ports/log-store.ts';
import type { RunIndex } from '../../engine/ports/run-index.ts';
import type { RunRemover } from '../../engine/ports/run-remover.ts';
import type { Lease, ShardStore } from '../../engine/ports/shard-store.ts';
import { aHeader, aPlan } from '../support/run-builder.ts';

export interface RunRemoverSubject {
  readonly store: ShardStore;
  readonly index: RunIndex;
  readonly logs: LogStore;
  readonly artifacts: ArtifactStore;
  readonly remover: RunRemover;
  close(): Promise<void>;
}

const HEADER = aHeader(aPlan(['a', 'b']));
const { id } = HEADER;
const LOG = { run: id, node: 1, attempt: 2 };

function commitOf(change: Partial<RunChange>, requires: readonly string[] = []): Commit {
  const run = { run: id, records: [], outputs: [], ...change };
  const none = { set: [], remove: [] };
  return { cursor: null, expect: [], requires, runs: [run], flights: none, timers: none };
}

/** Two nodes with two attempts each, a large and a small output, an event. */
function worked(): Partial<RunChange> {
  const bytes = new Uint8Array(2 * RECORD_BYTES);
  for (const node of [0, 1])
    packRecord({ ...newRecord(node), attempt: 2 }, 0, new DataView(bytes.buffer), node * RECORD_BYTES);
  return {
    header: '{"status":"running"}',
    records: [{ start: 0, bytes }],
    outputs: [
      [0, '{"o":{"x":1}}'],
      [1, `{"o":{"x":"${'y'.repeat(500)}"}}`],
    ],
    events: { first: 1, last: 1, packed: 'e' },
    live: true,
  };
}

async function begin({ store, index, logs, artifacts }: RunRemoverSubject): Promise<Lease> {
  const { createdAt: _, ...request } = HEADER;
  await store.start(request, aPlan(['a', 'b']));
  const lease = await store.acquire(shardOf(id, await store.shards()), 'o', 60_000);
  if (!lease) throw new Error('the shard is taken');
  await store.commit(lease, 1, commitOf(worked()));
  await logs.append(LOG, [{ at: 1, stream: 'stdout', text: 'line' }]);
  await artifacts.put(id, 'a/b', new Uint8Array(10));
  await index.record({ ...HEADER, createdAt: 1 });
  return lease;
}

async function seen({ store, index, logs, artifacts }: RunRemoverSubject) {
  return {
    header: (await store.readHeader(id)) !== undefined,
    outputs: (await store.loadRun(id))?.outputs.size ?? 0,
    lines: (await logs.read(LOG, '0', 10)).length,
    listed: (await index.list({}, 10)).runs.length,
    artifact: (await artifacts.get(id, 'a/b')) !== undefined,
  };
}

const ALL = { header: true, outputs: 2, lines: 1, listed: 1, artifact: true };
const NOTHING = { header: false, outputs: 0, lines: 0, listed: 0, artifact: false };

export function runRemoverContract(name: string, make: () => Promise<RunRemoverSubject>): void {
  describe(`run remover contract: ${name}`, () => {
    const subjects: RunRemoverSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return { subject, lease: await begin(subject) };
    };

    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('leaves nothing of an ended run, and may be repeated', async () => {
      const { subject, lease } = await open();
      await subject.store.commit(lease, 2, commitOf({ live: false }));
      expect(await subject.remover.remove(id)).toBe(true);
      expect(await seen(subject)).toEqual(NOTHING);
      expect(await subject.remover.remove(id)).toBe(true);
    });

    it('touches nothing of a run that is live', async () => {
      const { subject } = await open();
      expect(await subject.remover.remove(id)).toBe(false);
      expect(await seen(subject)).toEqual(ALL);
    });

    it('touches nothing of an ended run that was taken up again', async () => {
      const { subject, lease } = await open();
      await subject.store.commit(lease, 2, commitOf({ live: false }));
      await subject.store.commit(lease, 3, commitOf({ live: true }, [id]));
      expect(await subject.remover.remove(id)).toBe(false);
      expect(await seen(subject)).toEqual(ALL);
    });

    it('is noticed by whoever takes the run up at the same moment', async () => {
      const { subject, lease } = await open();
      await subject.store.commit(lease, 2, commitOf({ live: false }));
      await subject.remover.remove(id);
      const reply = await subject.store.commit(lease, 3, commitOf({ live: true }, [id]));
      expect(reply.kind).toBe('diverged');
      expect(await seen(subject)).toEqual(NOTHING);
    });
  });
}
