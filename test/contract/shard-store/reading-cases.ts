/** Contract of the reads that wait: `read`, `readEvents` and `awaitProgress`. */

import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../engine/core/message.ts';
import type { ShardStore } from '../../../engine/ports/shard-store.ts';
import { resolveInTime } from '../passing-time.ts';
import {
  aCommit,
  aHeader,
  aPlan,
  aRunChange,
  aRunId,
  aSettled,
  claimName,
  inboxOf,
  own,
  SHARD,
  withFlights,
} from './builders.ts';
import { type MakeShardStore, openSubjects } from './subject.ts';

/** Longer than a case may take. */
const FOREVER_MS = 60_000;
const CASE_MS = 10_000;

const startOn = (shard: number, number = 0) => ({ type: 'start', run: aRunId(number, shard) }) as const;

export function readingCases(make: MakeShardStore): void {
  const open = openSubjects(make);

  describe('read', () => {
    it('gives entries after the cursor of each shard, oldest first, and no empty batches', async () => {
      const { store } = await open();
      await store.send([startOn(1, 0), startOn(1, 1), startOn(1, 2), startOn(2)]);
      const [first] = await inboxOf(store, 1);
      const cursors = new Map([
        [1, first?.id ?? ''],
        [2, '0-0'],
        [3, '0-0'],
      ]);
      const found = new Map<number, string[]>();
      // One read need not find the entries of all shards: they may be on several servers.
      while (found.size < 2) {
        for (const { shard, entries } of await store.read(cursors, 10, FOREVER_MS)) {
          found.set(
            shard,
            entries.map(({ message }) => addressOf(message)),
          );
          cursors.set(shard, entries.at(-1)?.id ?? '');
        }
      }
      expect(found).toEqual(
        new Map([
          [1, [aRunId(1, 1), aRunId(2, 1)]],
          [2, [aRunId(0, 2)]],
        ]),
      );
    });

    it('gives at most as many entries a shard as asked for', async () => {
      const { store } = await open();
      await store.send([0, 1, 2].flatMap((number) => [startOn(1, number), startOn(2, number)]));
      const batches = await store.read(new Map([1, 2].map((shard) => [shard, '0-0'])), 2, 0);
      expect(batches.map(({ entries }) => entries.length)).toEqual([2, 2]);
    });

    it('gives the same entries again to one who asks again', async () => {
      const { store } = await open();
      await store.send([startOn(1)]);
      expect(await inboxOf(store)).toEqual(await inboxOf(store));
    });

    it('answers nothing at once when it may not wait', async () => {
      const { store } = await open();
      expect(await store.read(new Map([[SHARD, '0-0']]), 10, 0)).toEqual([]);
      expect(await store.read(new Map(), 10, 0)).toEqual([]);
    });

    it(
      'waits for an entry on any of its shards',
      async () => {
        const { store } = await open();
        const cursors = new Map([1, 2, 3].map((shard) => [shard, '0-0']));
        const waiting = store.read(cursors, 10, FOREVER_MS);
        await store.send([startOn(0), startOn(3)]);
        expect(await waiting).toMatchObject([{ shard: 3, entries: [{ message: startOn(3) }] }]);
      },
      CASE_MS,
    );

    it(
      'wakes for an outcome that a worker settles',
      async () => {
        const { store } = await open();
        await withFlights(store, { 0: 'c|1|0|s1' });
        const waiting = store.read(new Map([[SHARD, '0-0']]), 10, FOREVER_MS);
        await store.settle(claimName(), 's1', aSettled());
        expect(await waiting).toMatchObject([{ shard: SHARD, entries: [{ message: aSettled() }] }]);
      },
      CASE_MS,
    );

    it('ends without entries when the time is over', async () => {
      const subject = await open();
      const waiting = subject.store.read(new Map([[SHARD, '0-0']]), 10, 50);
      expect(await resolveInTime(subject, waiting)).toEqual([]);
    });

    it(
      'ends early when the signal aborts, or was aborted before; others wait on',
      async () => {
        const { store } = await open();
        const cursors = new Map([[SHARD, '0-0']]);
        const abort = new AbortController();
        const aborted = store.read(cursors, 10, FOREVER_MS, abort.signal);
        const other = store.read(cursors, 10, FOREVER_MS);
        abort.abort();
        expect(await aborted).toEqual([]);
        expect(await store.read(cursors, 10, FOREVER_MS, abort.signal)).toEqual([]);
        await store.send([startOn(SHARD)]);
        expect(await other).toHaveLength(1);
      },
      CASE_MS,
    );

    it(
      'does not hold up other calls while it waits',
      async () => {
        const { store } = await open();
        const abort = new AbortController();
        const waiting = store.read(new Map([[SHARD, '0-0']]), 10, FOREVER_MS, abort.signal);
        expect(await own(store)).toBeDefined();
        expect(await store.beat(SHARD, 's1', [])).toEqual([]);
        abort.abort();
        await waiting;
      },
      CASE_MS,
    );
  });

  describe('readEvents', () => {
    const first = { first: 1, last: 3, packed: '5[[0,0],[1,1],[7,1,0,1]]' };
    const second = { first: 4, last: 4, packed: '9[[2,0]]' };
    const commitEvents = async (store: ShardStore, ...events: readonly (typeof first)[]) => {
      const lease = await own(store);
      for (const [i, event] of events.entries()) {
        await store.commit(lease, lease.n + 1 + i, aCommit({ runs: [aRunChange({ events: event })] }));
      }
    };

    it('gives the entries that hold later events, in order', async () => {
      const { store } = await open();
      await commitEvents(store, first, second);
      expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([first, second]);
      expect(await store.readEvents(aRunId(), 2, 10, 0)).toEqual([first, second]);
      expect(await store.readEvents(aRunId(), 3, 10, 0)).toEqual([second]);
      expect(await store.readEvents(aRunId(), 4, 10, 0)).toEqual([]);
      expect(await store.readEvents(aRunId(), 0, 1, 0)).toEqual([first]);
    });

    it('keeps the events of runs apart', async () => {
      const { store } = await open();
      await commitEvents(store, first);
      expect(await store.readEvents(aRunId(1), 0, 10, 0)).toEqual([]);
    });

    it(
      'waits for the next event of its run',
      async () => {
        const { store } = await open();
        await commitEvents(store, first);
        const waiting = store.readEvents(aRunId(), 3, 10, FOREVER_MS);
        await commitEvents(store, second);
        expect(await waiting).toEqual([second]);
      },
      CASE_MS,
    );

    it('ends without events when the time is over', async () => {
      const subject = await open();
      const waiting = subject.store.readEvents(aRunId(), 0, 10, 50);
      expect(await resolveInTime(subject, waiting)).toEqual([]);
    });

    it(
      'ends early when the signal aborts',
      async () => {
        const { store } = await open();
        const abort = new AbortController();
        const waiting = store.readEvents(aRunId(), 0, 10, FOREVER_MS, abort.signal);
        abort.abort();
        expect(await waiting).toEqual([]);
      },
      CASE_MS,
    );
  });

  describe('awaitProgress', () => {
    const EVENTS = { first: 1, last: 3, packed: '5[[0,0],[1,1],[7,1,0,1]]' };
    const begin = async (store: ShardStore) => {
      await store.start(aHeader(), aPlan());
      const lease = await own(store);
      const header = JSON.stringify({ status: 'running', seq: 3, nodes: 2 });
      return () =>
        store.commit(lease, lease.n + 1, aCommit({ runs: [aRunChange({ header, events: EVENTS })] }));
    };

    it(
      'waits for events, and tells how the run stands with them',
      async () => {
        const { store } = await open();
        const commit = await begin(store);
        const waiting = store.awaitProgress(aRunId(), 0, FOREVER_MS);
        await commit();
        expect(await waiting).toMatchObject({
          seq: 3,
          header: { id: aRunId(), status: 'running', nodes: 2 },
        });
        expect(await store.awaitProgress(aRunId(), 2, FOREVER_MS)).toMatchObject({ seq: 3 });
      },
      CASE_MS,
    );

    it('tells how the run stands when the time is over, or the signal aborts', async () => {
      const subject = await open();
      await begin(subject.store);
      const waiting = subject.store.awaitProgress(aRunId(), 0, 50);
      expect(await resolveInTime(subject, waiting)).toMatchObject({ seq: 0, header: { status: 'queued' } });
      const abort = new AbortController();
      const aborted = subject.store.awaitProgress(aRunId(), 0, FOREVER_MS, abort.signal);
      abort.abort();
      expect(await aborted).toMatchObject({ seq: 0, header: { status: 'queued' } });
    });

    it('knows no run that is not there', async () => {
      const { store } = await open();
      expect(await store.awaitProgress(aRunId(), 0, 0)).toBeUndefined();
    });
  });
}
