/** The memory store as a shard's owner sees it. */
import type { OwnerStore } from '../ports/shard-store.ts';
import { isDead } from './flights.ts';
import { leaseLeft, releaseLease, renewLease, storeCommit, takeLease } from './ownership.ts';
import { documentsOf, readInbox } from './shard-state.ts';
import { loadPlan, loadRun, type StoreContext } from './store-context.ts';

export function ownerStore(context: StoreContext): OwnerStore {
  const { options, now, shard: stateOf } = context;
  return {
    async acquire(shard, owner, ttlMs) {
      const state = stateOf(shard);
      const nonce = Math.floor(options.random() * 2 ** 48).toString(36);
      if (!takeLease(state, now(), { owner, ttlMs, nonce })) return undefined;
      return { shard, token: state.lease.token, n: state.lease.n, cursor: state.lease.cursor };
    },
    leaseLeft: async (shard, owner) => leaseLeft(stateOf(shard), now(), owner),
    async renew(leases, ttlMs) {
      const { calmGapMs } = options;
      const held = leases.filter(({ shard, token }) =>
        renewLease(stateOf(shard), now(), { token, ttlMs, calmGapMs }),
      );
      return new Map(held.map(({ shard }) => [shard, stateOf(shard).lease.n]));
    },
    async release(leases) {
      for (const { shard, token } of leases) releaseLease(stateOf(shard), token);
    },
    async read(cursors, limit, blockMs, signal) {
      const collect = () =>
        [...cursors]
          .map(([shard, cursor]) => ({ shard, entries: readInbox(stateOf(shard), cursor, limit) }))
          .filter(({ entries }) => entries.length > 0);
      const ready = collect();
      if (ready.length > 0) return ready;
      await context.wakeUps.wait(
        [...cursors.keys()].map((shard) => `inbox:${shard}`),
        blockMs,
        signal,
      );
      return collect();
    },
    async commit({ shard, token }, n, commit) {
      const reply = storeCommit(stateOf(shard), token, n, commit);
      for (const { run, events } of commit.runs)
        if (events !== undefined) context.wakeUps.wake(`events:${run}`);
      for (const [request] of commit.answers ?? []) context.wakeUps.wake(`answer:${request}`);
      return reply;
    },
    async setIntake({ shard, token }, { maxLive, closedMs }) {
      const { lease } = stateOf(shard);
      if (lease.token !== token) return;
      lease.maxLive = maxLive;
      lease.closedUntil = closedMs > 0 ? now() + closedMs : 0;
    },
    memoryUsed: async () => 0,
    async dueTimers(shard, limit) {
      const at = now();
      const sorted = [...stateOf(shard).timers].sort(byDueTime);
      const due = sorted.filter(([, dueMs]) => dueMs <= at);
      return { now: at, due: due.slice(0, limit), nextMs: sorted[due.length]?.[1] };
    },
    async liveRuns(shard) {
      return [...stateOf(shard).live];
    },
    async loadRun(run) {
      return loadRun(context, run);
    },
    async loadPlan(shard, hash) {
      return loadPlan(context, shard, hash);
    },
    async loadActors(shard) {
      return documentsOf(stateOf(shard), '');
    },
    async loadOutbox(shard) {
      return [...stateOf(shard).outbox];
    },
    async readFlights(shard, flights) {
      const stored = stateOf(shard).flights;
      return flights === undefined ? [...stored] : flights.map((key) => [key, stored.get(key) ?? null]);
    },
    async deadSessions(shard, sessions) {
      const state = stateOf(shard);
      return new Set(sessions.filter((session) => isDead(state, session, now(), options)));
    },
  };
}

function byDueTime(a: readonly [string, number], b: readonly [string, number]): number {
  if (a[1] !== b[1]) return a[1] - b[1];
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
