import { describe, expect, it } from 'vitest';
import { SENT } from '../../../engine/core/flight.ts';
import { createManualClock, type ManualClock } from '../../../engine/memory/clock.ts';
import { createMemoryShardStore, type MemoryShardStore } from '../../../engine/memory/shard-store.ts';
import {
  aCommit,
  aHeader,
  aPlan,
  aRunChange,
  aRunId,
  claimName,
  flightOf,
  inboxOf,
  own,
  records,
  SHARD,
  withFlights,
} from '../../contract/shard-store/builders.ts';
import { SHARDS } from '../../contract/shard-store/subject.ts';
import { shardStoreContract } from '../../contract/shard-store.ts';

const NOW = 1_700_000_000_000;

shardStoreContract('memory', async (settings) => {
  const clock = createManualClock(NOW);
  const store = createMemoryShardStore({ now: clock.now, clock, random: Math.random, ...settings });
  return { store, advance: clock.advance, close: () => store.close() };
});

function aStore(now?: () => number): { store: MemoryShardStore; clock: ManualClock } {
  const clock = createManualClock(NOW);
  return {
    clock,
    store: createMemoryShardStore({ now: now ?? clock.now, clock, shards: SHARDS, random: () => 0.5 }),
  };
}

describe('the memory shard store', () => {
  it('takes a session for dead after more than 4 s', async () => {
    const { store, clock } = aStore();
    const lease = await withFlights(store, { 0: SENT });
    await store.claim(claimName(), 's1');
    for (let i = 0; i < 2; i++) {
      await clock.advance(2_000);
      await store.renew([lease], 60_000);
    }
    expect(await store.claim(claimName(), 's2')).toEqual({ kind: 'busy' });
    await clock.advance(1);
    expect(await store.claim(claimName(), 's2')).toMatchObject({ kind: 'granted', delivery: 2 });
  });

  it('starts the calm time anew after a gap of more than 2 s between renewals', async () => {
    const { store, clock } = aStore();
    const lease = await own(store);
    for (let i = 0; i < 3; i++) {
      await clock.advance(2_000);
      await store.renew([lease], 1_000);
    }
    expect(await store.deadSessions(SHARD, ['s1'])).toEqual(new Set(['s1']));
    await clock.advance(2_001);
    await store.renew([lease], 1_000);
    expect(await store.deadSessions(SHARD, ['s1'])).toEqual(new Set());
  });

  it('never lets the time of messages go back, even if its clock does', async () => {
    let now = NOW;
    const { store } = aStore(() => now);
    for (const at of [NOW, NOW - 60_000, NOW - 1, NOW + 1]) {
      now = at;
      await store.send([{ type: 'start', run: aRunId() }]);
    }
    const ids = (await inboxOf(store)).map(({ id }) => id);
    expect(ids).toEqual([`${NOW}-0`, `${NOW}-1`, `${NOW}-2`, `${NOW + 1}-0`]);
  });

  it('gives tokens that differ by epoch', async () => {
    const { store } = aStore();
    expect((await own(store)).token).not.toBe((await own(store)).token);
  });

  it('goes back to a snapshot in all respects', async () => {
    const { store } = aStore();
    await store.start(aHeader(), aPlan());
    const lease = await withFlights(store, { 0: SENT });
    const inbox = await inboxOf(store);
    const snapshot = store.snapshot();
    await store.claim(claimName(), 's1');
    await store.commit(
      lease,
      lease.n + 1,
      aCommit({
        cursor: inbox[0]?.id ?? '',
        runs: [
          aRunChange({
            live: false,
            records: [{ start: 0, bytes: records(1) }],
            outputs: [[0, '{}']],
            events: { first: 1, last: 1, packed: '5[[0,0]]' },
          }),
        ],
        timers: { set: [['a', 1]], remove: [] },
      }),
    );
    store.restore(snapshot);
    expect(await flightOf(store)).toBe(SENT);
    expect(await inboxOf(store)).toEqual(inbox);
    expect(await store.liveRuns(SHARD)).toEqual([aRunId()]);
    expect(await store.loadRun(aRunId())).toMatchObject({ records: new Uint8Array(0), outputs: new Map() });
    expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([]);
    expect((await store.dueTimers(SHARD, 10)).due).toEqual([]);
    expect(await store.commit(lease, lease.n + 2, aCommit())).toEqual({ kind: 'diverged' });
    expect(await store.commit(lease, lease.n + 1, aCommit())).toEqual({ kind: 'ok' });
  });

  it('can restore a snapshot twice', async () => {
    const { store } = aStore();
    const snapshot = store.snapshot();
    for (let i = 0; i < 2; i++) {
      await store.send([{ type: 'start', run: aRunId() }]);
      store.restore(snapshot);
      expect(await inboxOf(store)).toEqual([]);
    }
    expect(() => store.restore({})).toThrow('snapshot');
  });

  it('refuses calls, and ends waits, once it is closed', async () => {
    const { store } = aStore();
    const waiting = store.read(new Map([[SHARD, '0-0']]), 10, 60_000);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await store.close();
    await refused;
    await expect(store.beat(SHARD, 's1', [])).rejects.toMatchObject({ code: 'closed' });
  });
});
