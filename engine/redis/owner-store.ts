/** The Redis store as a shard's owner sees it. */
import { randomBytes } from 'node:crypto';
import type { CommitReply } from '../core/commit.ts';
import type { Lease, OwnerStore } from '../ports/shard-store.ts';
import { commitArguments } from './commit-arguments.ts';
import type { Connections } from './connection.ts';
import { readFlights } from './flight-reader.ts';
import { readInboxes } from './inbox-reader.ts';
import { loadPlan, loadRun } from './run-reader.ts';
import { scanDocuments, scanSet } from './scan.ts';
import type { CommitAnswer } from './scripts.ts';
import type { StoreContext } from './store-context.ts';

/** Beats older than this are forgotten, ms: long after their sessions count as dead. */
const FORGET_BEATS_MS = 3_600_000;

export function ownerStore(context: StoreContext): OwnerStore {
  const { keys, scripts } = context;
  return {
    async acquire(shard, owner, ttlMs) {
      context.flush(shard);
      const random = randomBytes(9).toString('base64url');
      const reply = await scripts.acquire([keys.lease(shard)], [owner, random, ttlMs]);
      if (reply === null) return undefined;
      const [token, n, cursor] = reply;
      return { shard, token, n: Number(n), cursor };
    },
    async leaseLeft(shard, owner) {
      context.flush(shard);
      return scripts.leaseLeft([keys.lease(shard)], [owner]);
    },
    renew: (leases, ttlMs) => renew(context, leases, ttlMs),
    async release(leases) {
      await Promise.all(
        leases.map(({ shard, token }) => {
          context.flush(shard);
          return scripts.release([keys.lease(shard)], [token]);
        }),
      );
    },
    read: (cursors, limit, blockMs, signal) => readInboxes(context, { cursors, limit, blockMs, signal }),
    async commit({ shard, token }, n, commit) {
      context.flush(shard);
      const { keys: names, args } = commitArguments(keys, { shard, token, n }, commit);
      return toCommitReply(await scripts.commit(names, args));
    },
    async setIntake({ shard, token }, { maxLive, closedMs }) {
      context.flush(shard);
      await scripts.setIntake([keys.lease(shard)], [token, maxLive, closedMs]);
    },
    memoryUsed: () => memoryUsed(context.connections),
    async dueTimers(shard, limit) {
      const [now, next, ...rest] = await scripts.dueTimers([keys.timers(shard)], [limit]);
      const due: [string, number][] = [];
      for (let at = 0; at + 1 < rest.length; at += 2) due.push([rest[at] ?? '', Number(rest[at + 1])]);
      return { now, due, nextMs: next === '' ? undefined : Number(next) };
    },
    liveRuns: async (shard) => [...(await scanSet(context, keys.live(shard)))].sort(),
    loadRun: (run) => loadRun(context, run),
    loadPlan: (shard, hash) => loadPlan(context, shard, hash),
    loadActors: (shard) => scanDocuments(context, keys.actors(shard), ''),
    loadOutbox: (shard) => scanDocuments(context, keys.outbox(shard), ''),
    readFlights: (shard, flights) => readFlights(context, shard, flights),
    async deadSessions(shard, sessions) {
      if (sessions.length === 0) return new Set();
      const args = [context.deadAfterMs, context.calmGapMs, ...sessions];
      return new Set(await scripts.deadSessions([keys.lease(shard), keys.beats(shard)], args));
    },
  };
}

async function renew(
  context: StoreContext,
  leases: readonly Lease[],
  ttlMs: number,
): Promise<ReadonlyMap<number, number>> {
  const { keys, scripts, calmGapMs } = context;
  const held = await Promise.all(
    leases.map(({ shard, token }) => {
      context.flush(shard);
      return scripts.renew(
        [keys.lease(shard), keys.beats(shard)],
        [token, ttlMs, calmGapMs, FORGET_BEATS_MS],
      );
    }),
  );
  const stored = leases.map(({ shard }, at): [number, number] => [shard, held[at] ?? -1]);
  return new Map(stored.filter(([, n]) => n >= 0));
}

async function memoryUsed({ callEach }: Connections): Promise<number> {
  const infos = await callEach('info', ['memory']);
  const shares = infos.map(([, info]) => {
    const of = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(String(info))?.[1] ?? 0);
    const limit = of('maxmemory');
    return limit === 0 ? 0 : of('used_memory') / limit;
  });
  return Math.max(0, ...shares);
}

function toCommitReply(answer: CommitAnswer): CommitReply {
  if (answer === 'ok' || answer === 'fenced' || answer === 'diverged') return { kind: answer };
  const flights: [string, string | null][] = [];
  for (let at = 0; at + 1 < answer.length; at += 2) flights.push([answer[at] ?? '', answer[at + 1] || null]);
  return { kind: 'conflict', flights };
}
