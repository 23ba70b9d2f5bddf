/** Contract of `commit`, and of reading what it stored. */
import { describe, expect, it } from 'vitest';
import { SENT } from '../../../engine/core/flight.ts';
import type { ShardStore } from '../../../engine/ports/shard-store.ts';
import {
  aCommit,
  aFlight,
  aHeader,
  aPlan,
  aRunChange,
  aRunId,
  flightOf,
  inboxOf,
  messagesOf,
  own,
  records,
  SHARD,
  withFlights,
} from './builders.ts';
import { type MakeShardStore, openSubjects } from './subject.ts';

const START = { type: 'start', run: aRunId() } as const;

/** A commit that changes a bit of everything. */
const EVERYTHING = aCommit({
  runs: [
    aRunChange({
      records: [{ start: 0, bytes: records(1) }],
      outputs: [[0, '{"o":{}}']],
      events: { first: 1, last: 1, packed: '5[[0,0]]' },
    }),
  ],
  flights: { set: [[aFlight(), SENT]], remove: [] },
  timers: { set: [['timeout:x', 1_000]], remove: [] },
});

async function expectNothingStored(store: ShardStore): Promise<void> {
  expect(await store.readFlights(SHARD)).toEqual([]);
  expect(await store.dueTimers(SHARD, 10)).toMatchObject({ due: [], nextMs: undefined });
  expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([]);
  expect((await store.loadRun(aRunId()))?.records).toEqual(new Uint8Array(0));
  expect((await store.loadRun(aRunId()))?.outputs).toEqual(new Map());
}

export function commitCases(make: MakeShardStore): void {
  const open = openSubjects(make);
  numberingCases(open);
  expectationCases(open);
}

type Open = ReturnType<typeof openSubjects>;

function numberingCases(open: Open): void {
  describe('commit, its number and its token', () => {
    it('is void when a run that it requires is not there, since the store has gone back', async () => {
      const { store } = await open();
      const lease = await own(store);
      const commit = { ...EVERYTHING, requires: [aRunId()] };
      expect(await store.commit(lease, 1, commit)).toEqual({ kind: 'diverged' });
      expect(await store.readFlights(SHARD)).toEqual([]);
      expect(await store.loadRun(aRunId())).toBeUndefined();
    });

    it('writes nothing with a wrong token', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      await own(store);
      expect(await store.commit({ shard: SHARD, token: '1-wrong' }, 1, EVERYTHING)).toEqual({
        kind: 'fenced',
      });
      await expectNothingStored(store);
    });

    it('says fenced rather than already to an owner that lost the shard', async () => {
      const { store } = await open();
      const old = await own(store, 'o1');
      await store.commit(old, 1, aCommit());
      await store.release([old]);
      await own(store, 'o2');
      expect(await store.commit(old, 1, aCommit())).toEqual({ kind: 'fenced' });
    });

    it('stores a repeated number once', async () => {
      const { store } = await open();
      const lease = await own(store);
      await store.commit(lease, 1, aCommit({ flights: { set: [[aFlight(), SENT]], remove: [] } }));
      await store.claim({ shard: SHARD, flight: aFlight() }, 's1');
      const again = aCommit({
        flights: { set: [[aFlight(), SENT]], remove: [] },
        expect: [[aFlight(), null]],
        runs: [aRunChange({ events: { first: 1, last: 1, packed: '5[[0,0]]' } })],
      });
      expect(await store.commit(lease, 1, again)).toEqual({ kind: 'ok' });
      expect(await flightOf(store)).toBe('c|1|0|s1');
      expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([]);
    });

    it.each([3, 7, -1])('writes nothing with number %i after number 1', async (n) => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const lease = await own(store);
      await store.commit(lease, 1, aCommit());
      expect(await store.commit(lease, n, EVERYTHING)).toEqual({ kind: 'diverged' });
      await expectNothingStored(store);
      expect(await store.commit(lease, 2, EVERYTHING)).toEqual({ kind: 'ok' });
    });

    it('says diverged to a number before the stored one', async () => {
      const { store } = await open();
      const lease = await own(store);
      for (const n of [1, 2, 3]) await store.commit(lease, n, aCommit());
      expect(await store.commit(lease, 2, aCommit())).toEqual({ kind: 'diverged' });
    });

    it('numbers shards one by one', async () => {
      const { store } = await open();
      const lease = await own(store);
      await store.commit(lease, 1, aCommit());
      expect(await store.acquire(2, 'o1', 1_000)).toMatchObject({ n: 0, cursor: '0-0' });
    });

    it('keeps the order of commits that are sent without waiting', async () => {
      const { store } = await open();
      const lease = await own(store);
      const replies = await Promise.all([1, 2, 3, 4, 5].map((n) => store.commit(lease, n, aCommit())));
      expect(replies.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    });
  });

  describe('commit and the inbox', () => {
    it('moves the cursor and removes entries up to and including it', async () => {
      const { store } = await open();
      const lease = await own(store);
      await store.send([START, START, START]);
      const [, second, third] = await inboxOf(store);
      await store.commit(lease, 1, aCommit({ cursor: second?.id ?? '' }));
      expect(await inboxOf(store)).toEqual([third]);
      expect(await own(store)).toMatchObject({ cursor: second?.id });
    });

    it('leaves cursor and inbox alone when it consumed nothing', async () => {
      const { store } = await open();
      const lease = await own(store);
      await store.send([START, START]);
      const [first] = await inboxOf(store);
      await store.commit(lease, 1, aCommit({ cursor: first?.id ?? '' }));
      await store.commit(lease, 2, aCommit({ cursor: null }));
      expect(await messagesOf(store)).toHaveLength(1);
      expect(await own(store)).toMatchObject({ cursor: first?.id, n: 2 });
    });

    it('gives later entries later ids also after the inbox was emptied', async () => {
      const { store } = await open();
      const lease = await own(store);
      await store.send([START, START]);
      const last = (await inboxOf(store)).at(-1)?.id ?? '';
      await store.commit(lease, 1, aCommit({ cursor: last }));
      expect(await inboxOf(store)).toEqual([]);
      await store.send([START]);
      const batches = await store.read(new Map([[SHARD, last]]), 10, 0);
      expect(batches[0]?.entries).toHaveLength(1);
    });
  });
}

function expectationCases(open: Open): void {
  describe('commit and expected flights', () => {
    it('stores when all stand as seen, absent ones included', async () => {
      const { store } = await open();
      const lease = await withFlights(store, { 0: SENT });
      const commit = aCommit({
        expect: [
          [aFlight(0), SENT],
          [aFlight(1), null],
        ],
        flights: { set: [[aFlight(1), SENT]], remove: [aFlight(0)] },
      });
      expect(await store.commit(lease, lease.n + 1, commit)).toEqual({ kind: 'ok' });
      expect(await store.readFlights(SHARD)).toEqual([[aFlight(1), SENT]]);
    });

    it('writes nothing when one differs, and tells those that differ as they stand', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const before = await messagesOf(store);
      const lease = await withFlights(store, { 0: SENT, 1: 'c|1|0|s1', 2: 'd|1|0|s1' });
      const commit = {
        ...EVERYTHING,
        cursor: '9999999999999-0',
        expect: [
          [aFlight(0), SENT],
          [aFlight(1), SENT],
          [aFlight(2), null],
          [aFlight(3), SENT],
        ] as const,
        flights: { set: [], remove: [aFlight(0)] },
      };
      expect(await store.commit(lease, lease.n + 1, commit)).toEqual({
        kind: 'conflict',
        flights: [
          [aFlight(1), 'c|1|0|s1'],
          [aFlight(2), 'd|1|0|s1'],
          [aFlight(3), null],
        ],
      });
      expect(await flightOf(store, 0)).toBe(SENT);
      expect(await messagesOf(store)).toEqual(before);
      expect((await store.loadRun(aRunId()))?.records).toEqual(new Uint8Array(0));
      expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([]);
      expect(await own(store)).toMatchObject({ n: lease.n, cursor: '0-0' });
    });

    it('takes the next try under the same number', async () => {
      const { store } = await open();
      const lease = await withFlights(store, { 0: 'c|1|0|s1' });
      const seen = (value: string) =>
        aCommit({ expect: [[aFlight(), value]], flights: { set: [], remove: [aFlight()] } });
      expect(await store.commit(lease, lease.n + 1, seen(SENT))).toMatchObject({ kind: 'conflict' });
      expect(await store.commit(lease, lease.n + 1, seen('c|1|0|s1'))).toEqual({ kind: 'ok' });
      expect(await flightOf(store)).toBeNull();
    });

    it('reads flights in the order asked, null for those that are gone', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT, 1: 'c|1|0|s1' });
      expect(await store.readFlights(SHARD, [aFlight(1), aFlight(9), aFlight(0)])).toEqual([
        [aFlight(1), 'c|1|0|s1'],
        [aFlight(9), null],
        [aFlight(0), SENT],
      ]);
      expect(await store.readFlights(SHARD, [])).toEqual([]);
      expect([...(await store.readFlights(SHARD))].sort()).toEqual([
        [aFlight(0), SENT],
        [aFlight(1), 'c|1|0|s1'],
      ]);
    });
  });
}
