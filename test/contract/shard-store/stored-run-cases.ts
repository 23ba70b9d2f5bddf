/** Contract of what `commit` stores of runs and timers, and of reading it back. */
import { describe, expect, it } from 'vitest';
import { SENT } from '../../../engine/core/flight.ts';
import { aCommit, aFlight, aHeader, aPlan, aRunChange, aRunId, own, records, SHARD } from './builders.ts';
import { type MakeShardStore, openSubjects } from './subject.ts';

type Open = ReturnType<typeof openSubjects>;

export function storedRunCases(make: MakeShardStore): void {
  const open = openSubjects(make);
  runChangeCases(open);
  timerCases(open);
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

    it('gives the first records alone, as many as there are', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      expect(await store.readRecords(aRunId(), 3)).toEqual(records());
      const change = aRunChange({ records: [{ start: 0, bytes: records(1, 2, 3) }] });
      await store.commit(await own(store), 1, aCommit({ runs: [change] }));
      expect(await store.readRecords(aRunId(), 2)).toEqual(records(1, 2));
      expect(await store.readRecords(aRunId(), 9)).toEqual(records(1, 2, 3));
      expect(await store.readRecords(aRunId(1), 2)).toEqual(records());
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
