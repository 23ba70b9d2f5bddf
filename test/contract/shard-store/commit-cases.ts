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
  runChangeCases(open);
  timerCases(open);
}

type Open = ReturnType<typeof openSubjects>;

function numberingCases(open: Open): void {
  describe('commit, its number and its token', () => {
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

function runChangeCases(open: Open): void {
  describe('commit and runs', () => {
    it('writes records where they belong, in any order, with zeros between', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const lease = await own(store);
      const at = (start: number, bytes: Uint8Array) => ({ start, bytes });
      await store.commit(
        lease,
        1,
        aCommit({ runs: [aRunChange({ records: [at(3, records(3, 4)), at(0, records(1))] })] }),
      );
      await store.commit(lease, 2, aCommit({ runs: [aRunChange({ records: [at(3, records(255))] })] }));
      expect((await store.loadRun(aRunId()))?.records).toEqual(records(1, 0, 0, 255, 4));
    });

    it('keeps every byte value', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      await store.commit(
        await own(store),
        1,
        aCommit({ runs: [aRunChange({ records: [{ start: 0, bytes }] })] }),
      );
      expect((await store.loadRun(aRunId()))?.records).toEqual(bytes);
    });

    it('stores outputs by node, the last one winning', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const lease = await own(store);
      const first = [0, 127, 128, 5_000].map(
        (node) => [node, `{"o":{"node":${node},"text":"ä\\n"}}`] as const,
      );
      await store.commit(lease, 1, aCommit({ runs: [aRunChange({ outputs: first })] }));
      await store.commit(lease, 2, aCommit({ runs: [aRunChange({ outputs: [[127, '{"e":1}']] })] }));
      const run = await store.loadRun(aRunId());
      expect(new Map(run?.outputs)).toEqual(new Map([...first, [127, '{"e":1}']]));
    });

    it('replaces the header, and moves the run into and out of the live ones', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const lease = await own(store);
      const header = { ...aHeader({ status: 'running', seq: 7 }), createdAt: 5 };
      const change = (live: boolean) =>
        aCommit({ runs: [aRunChange({ header: JSON.stringify(header), live })] });
      await store.commit(lease, 1, change(false));
      expect(await store.readHeader(aRunId())).toEqual(header);
      expect((await store.loadRun(aRunId()))?.header).toEqual(header);
      expect(await store.liveRuns(SHARD)).toEqual([]);
      await store.commit(lease, 2, change(true));
      expect(await store.liveRuns(SHARD)).toEqual([aRunId()]);
    });

    it('leaves what a change does not name as it was', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const lease = await own(store);
      const full = aRunChange({ records: [{ start: 0, bytes: records(1) }], outputs: [[0, '{}']] });
      await store.commit(lease, 1, aCommit({ runs: [full] }));
      const before = await store.loadRun(aRunId());
      await store.commit(lease, 2, aCommit({ runs: [aRunChange()] }));
      expect(await store.loadRun(aRunId())).toEqual(before);
      expect(await store.liveRuns(SHARD)).toEqual([aRunId()]);
    });

    it('stores changes of several runs in one commit', async () => {
      const { store } = await open();
      const ids = [aRunId(0), aRunId(1)];
      for (const id of ids) await store.start(aHeader({ id }), aPlan());
      const runs = ids.map((run, i) => aRunChange({ run, records: [{ start: 0, bytes: records(i + 1) }] }));
      await store.commit(await own(store), 1, aCommit({ runs }));
      expect((await store.loadRun(aRunId(0)))?.records).toEqual(records(1));
      expect((await store.loadRun(aRunId(1)))?.records).toEqual(records(2));
    });

    it('takes a commit of 1,000 nodes', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const nodes = Array.from({ length: 1_000 }, (_, node) => node);
      const commit = aCommit({
        runs: [
          aRunChange({
            records: [{ start: 0, bytes: records(...nodes.map((node) => node % 251)) }],
            outputs: nodes.map((node) => [node, `{"o":{"n":${node}}}`]),
          }),
        ],
        expect: nodes.map((node) => [aFlight(node), null]),
        flights: { set: nodes.map((node) => [aFlight(node), SENT]), remove: [] },
        timers: { set: nodes.map((node) => [`retry:${aRunId()}:${node}:1:1`, node]), remove: [] },
      });
      expect(await store.commit(await own(store), 1, commit)).toEqual({ kind: 'ok' });
      const run = await store.loadRun(aRunId());
      expect(run?.records).toHaveLength(32_000);
      expect(run?.outputs.size).toBe(1_000);
      expect(run?.outputs.get(999)).toBe('{"o":{"n":999}}');
      expect(await store.readFlights(SHARD)).toHaveLength(1_000);
      expect((await store.dueTimers(SHARD, 2_000)).due).toHaveLength(1_000);
    });

    it('gives copies: what a caller does to them stays with the caller', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const bytes = records(1);
      await store.commit(
        await own(store),
        1,
        aCommit({ runs: [aRunChange({ records: [{ start: 0, bytes }] })] }),
      );
      bytes.fill(9);
      (await store.loadRun(aRunId()))?.records.fill(9);
      const header = await store.readHeader(aRunId());
      if (header !== undefined) header.status = 'failed';
      expect((await store.loadRun(aRunId()))?.records).toEqual(records(1));
      expect((await store.readHeader(aRunId()))?.status).toBe('queued');
    });
  });
}

function timerCases(open: Open): void {
  describe('timers', () => {
    it('are due soonest first; the next one is told', async () => {
      const { store } = await open();
      const lease = await own(store);
      const now = await store.now();
      const set = [
        ['timeout:b', now - 20],
        ['retry:late', now + 3_600_000],
        ['wait:a', now - 30],
        ['retry:later', now + 7_200_000],
        ['retry:c', now],
      ] as const;
      await store.commit(lease, 1, aCommit({ timers: { set, remove: [] } }));
      const answer = await store.dueTimers(SHARD, 10);
      expect(answer.now).toBeGreaterThanOrEqual(now);
      expect(answer.due).toEqual([
        ['wait:a', now - 30],
        ['timeout:b', now - 20],
        ['retry:c', now],
      ]);
      expect(answer.nextMs).toBe(now + 3_600_000);
    });

    it('are told at most as many as asked for, and the next one is still the next that is not due', async () => {
      const { store } = await open();
      const set = [
        ['a', 1],
        ['b', 2],
        ['c', 3],
        ['d', 9_000_000_000_000],
      ] as const;
      await store.commit(await own(store), 1, aCommit({ timers: { set, remove: [] } }));
      expect(await store.dueTimers(SHARD, 2)).toMatchObject({
        due: [
          ['a', 1],
          ['b', 2],
        ],
        nextMs: 9_000_000_000_000,
      });
    });

    it('stay until a commit removes them, and move when they are set again', async () => {
      const { store } = await open();
      const lease = await own(store);
      const set = [
        ['a', 1],
        ['b', 2],
      ] as const;
      await store.commit(lease, 1, aCommit({ timers: { set, remove: [] } }));
      await store.dueTimers(SHARD, 10);
      await store.commit(lease, 2, aCommit({ timers: { set: [['b', 5]], remove: ['a', 'absent'] } }));
      expect(await store.dueTimers(SHARD, 10)).toMatchObject({ due: [['b', 5]], nextMs: undefined });
    });
  });
}
