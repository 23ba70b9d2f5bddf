/** Contract of `shards`, `now`, `start`, `send` and of what they put into inboxes. */
import { describe, expect, it } from 'vitest';
import { aCommit, aHeader, aPlan, aRunChange, aRunId, inboxOf, messagesOf, own, SHARD } from './builders.ts';
import { type MakeShardStore, openSubjects, SHARDS } from './subject.ts';

export function startCases(make: MakeShardStore): void {
  const open = openSubjects(make);

  describe('shards', () => {
    it('tells the number that the store was set up with', async () => {
      const { store } = await open();
      expect(await store.shards(SHARDS)).toBe(SHARDS);
      expect(await store.shards()).toBe(SHARDS);
    });

    it('refuses another number', async () => {
      const { store } = await open();
      await store.shards(SHARDS);
      await expect(store.shards(SHARDS + 1)).rejects.toMatchObject({ code: 'shards_mismatch' });
      expect(await store.shards()).toBe(SHARDS);
    });
  });

  describe('start', () => {
    it('stores header and plan, makes the run live and appends the start message', async () => {
      const { store } = await open();
      const before = await store.now();
      expect(await store.start(aHeader(), aPlan())).toEqual({ kind: 'started', run: aRunId() });
      const after = await store.now();
      const header = await store.readHeader(aRunId());
      expect(header).toEqual({ ...aHeader(), createdAt: header?.createdAt });
      expect(header?.createdAt).toBeGreaterThanOrEqual(before);
      expect(header?.createdAt).toBeLessThanOrEqual(after);
      expect(await store.loadPlan(SHARD, aPlan().hash)).toEqual(aPlan());
      expect(await store.liveRuns(SHARD)).toEqual([aRunId()]);
      expect(await messagesOf(store)).toEqual([{ type: 'start', run: aRunId(), header }]);
    });

    it('answers a repeated request with the run that is there, and changes nothing', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const header = await store.readHeader(aRunId());
      const again = await store.start(aHeader({ inputs: { city: 'Bern' } }), aPlan());
      expect(again).toEqual({ kind: 'exists', run: aRunId() });
      expect(await store.readHeader(aRunId())).toEqual(header);
      expect(await messagesOf(store)).toHaveLength(1);
    });

    it('refuses a run too many until one has ended, but not what the engine starts itself', async () => {
      const { store } = await open();
      const lease = await own(store);
      await store.setIntake(lease, { maxLive: 1, closedMs: 0 });
      await store.start(aHeader(), aPlan());
      const second = aHeader({ id: aRunId(1) });
      expect(await store.start(second, aPlan())).toEqual({ kind: 'full', reason: 'runs' });
      expect(await store.readHeader(aRunId(1))).toBeUndefined();
      expect(await store.start(aHeader(), aPlan())).toEqual({ kind: 'exists', run: aRunId() });
      expect(await store.start(second, aPlan(), { always: true })).toEqual({
        kind: 'started',
        run: aRunId(1),
      });
      await store.setIntake(lease, { maxLive: 0, closedMs: 0 });
      expect((await store.start(aHeader({ id: aRunId(2) }), aPlan())).kind).toBe('started');
    });

    it('refuses runs while the shard is closed for want of memory, and not what an owner says that lost its lease', async () => {
      const { store } = await open();
      const lost = await own(store);
      const lease = await own(store);
      await store.setIntake(lease, { maxLive: 0, closedMs: 60_000 });
      await store.setIntake(lost, { maxLive: 0, closedMs: 0 });
      expect(await store.start(aHeader(), aPlan())).toEqual({ kind: 'full', reason: 'memory' });
      await store.setIntake(lease, { maxLive: 0, closedMs: 0 });
      expect((await store.start(aHeader(), aPlan())).kind).toBe('started');
    });

    it('answers another request under the same id with a conflict, and changes nothing', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      const header = await store.readHeader(aRunId());
      const other = await store.start(
        aHeader({ fingerprint: 'f2', plan: aPlan('other').hash }),
        aPlan('other'),
      );
      expect(other).toEqual({ kind: 'conflict', run: aRunId() });
      expect(await store.readHeader(aRunId())).toEqual(header);
      expect(await store.loadPlan(SHARD, aPlan('other').hash)).toBeUndefined();
      expect(await messagesOf(store)).toHaveLength(1);
    });

    it('does not make a run live again that has ended', async () => {
      const { store } = await open();
      await store.start(aHeader(), aPlan());
      await store.commit(await own(store), 1, aCommit({ runs: [aRunChange({ live: false })] }));
      expect(await store.start(aHeader(), aPlan())).toEqual({ kind: 'exists', run: aRunId() });
      expect(await store.liveRuns(SHARD)).toEqual([]);
    });

    it('keeps runs of one plan apart', async () => {
      const { store } = await open();
      const second = aRunId(1);
      await store.start(aHeader(), aPlan());
      await store.start(aHeader({ id: second, fingerprint: 'f2' }), aPlan());
      expect((await store.readHeader(aRunId()))?.fingerprint).toBe('f1');
      expect((await store.readHeader(second))?.fingerprint).toBe('f2');
      expect([...(await store.liveRuns(SHARD))].sort()).toEqual([aRunId(), second].sort());
    });

    it('starts a run once when many ask at the same time', async () => {
      const { store } = await open();
      const replies = await Promise.all(Array.from({ length: 10 }, () => store.start(aHeader(), aPlan())));
      expect(replies.filter(({ kind }) => kind === 'started')).toHaveLength(1);
      expect(replies.filter(({ kind }) => kind === 'exists')).toHaveLength(9);
      expect(await messagesOf(store)).toHaveLength(1);
    });
  });

  describe('send', () => {
    it("appends each message to the inbox of its run's shard, in the order given", async () => {
      const { store } = await open();
      const cancel = (run: string, reason: string) => ({ type: 'cancel', run, graceMs: 10, reason }) as const;
      const here = [cancel(aRunId(0), 'first "ä"'), cancel(aRunId(1), 'second')];
      const there = cancel(aRunId(0, 2), 'elsewhere');
      await store.send([here[0] ?? there, there, here[1] ?? there]);
      expect(await messagesOf(store)).toEqual(here);
      expect(await messagesOf(store, 2)).toEqual([there]);
    });

    it('takes no message at all without complaint', async () => {
      const { store } = await open();
      await store.send([]);
      expect(await messagesOf(store)).toEqual([]);
    });

    it("gives entries ids that only rise and begin with the store's time in ms", async () => {
      const { store } = await open();
      const before = await store.now();
      for (let i = 0; i < 3; i++) {
        await store.send(Array.from({ length: 20 }, () => ({ type: 'start', run: aRunId() })));
      }
      const after = await store.now();
      const ids = (await inboxOf(store)).map(({ id }) => id.split('-').map(Number));
      expect(ids).toHaveLength(60);
      ids.forEach(([ms = 0, n = 0], i) => {
        expect(ms).toBeGreaterThanOrEqual(before);
        expect(ms).toBeLessThanOrEqual(after);
        const [lastMs = 0, lastN = 0] = ids[i - 1] ?? [];
        expect(ms > lastMs || (ms === lastMs && n > lastN)).toBe(true);
      });
    });
  });

  describe('loading what is not there', () => {
    it('answers undefined or nothing', async () => {
      const { store } = await open();
      expect(await store.readHeader(aRunId())).toBeUndefined();
      expect(await store.loadRun(aRunId())).toBeUndefined();
      expect(await store.loadPlan(SHARD, aPlan().hash)).toBeUndefined();
      expect(await store.liveRuns(SHARD)).toEqual([]);
      expect(await store.readFlights(SHARD)).toEqual([]);
      expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([]);
    });
  });
}
