/** Does random operations on one store, and tells its answers without what may differ: tokens, times and inbox ids. */
import type { Commit, RunChange } from '../../../engine/core/commit.ts';
import { parseFlight } from '../../../engine/core/flight.ts';
import type { InboxMessage, SettledMessage } from '../../../engine/core/message.ts';
import type { ClaimReply, Lease, ShardStore } from '../../../engine/ports/shard-store.ts';
import { aCommit, aFlight, aHeader, aPlan, aRunId, aSettled, inboxOf, records } from './builders.ts';
import {
  type Actor,
  type CommitOperation,
  type FlightChoice,
  type Operation,
  RUNS,
  SESSIONS,
} from './random-operations.ts';

export interface Player {
  play(operation: Operation): Promise<unknown>;
}

const SHARD_NUMBERS = [1, 2];

export function createPlayer(store: ShardStore): Player {
  /** Newest first. */
  const leases: Lease[] = [];
  const chosen = (index: number): Lease =>
    leases[index] ?? { shard: 1, token: '9-none', n: 0, cursor: '0-0' };
  return {
    async play(operation) {
      switch (operation.kind) {
        case 'acquire': {
          const lease = await store.acquire(operation.shard, operation.owner, operation.ttlMs);
          if (lease !== undefined) leases.unshift(lease);
          return lease === undefined ? undefined : { shard: lease.shard, n: lease.n };
        }
        case 'renew':
          return store.renew([chosen(operation.lease)], operation.ttlMs);
        case 'release':
          return store.release([chosen(operation.lease)]);
        case 'commit':
          return playCommit(store, chosen(operation.lease), operation, leases);
        case 'start':
          return store.start(
            aHeader({ id: runId(operation.run), fingerprint: operation.fingerprint }),
            aPlan(),
          );
        case 'send':
          return store.send(operation.runs.map((run) => ({ type: 'cancel', run: runId(run), graceMs: 5 })));
        case 'claim':
          return withoutTime(await store.claim(nameOf(operation.flight), operation.session));
        case 'settle': {
          const { session, delivery } = await actorOf(store, operation.flight, operation.actor);
          return store.settle(
            nameOf(operation.flight),
            session,
            settledBy(operation.flight, session, delivery),
          );
        }
        case 'settleAndClaim': {
          const { flight } = operation;
          const { session, delivery } = await actorOf(store, flight, operation.actor);
          const next = { flight: keyOf({ run: flight.run, node: 1 - flight.node }), state: operation.state };
          const message = settledBy(flight, session, delivery);
          const reply = await store.settleAndClaim(nameOf(flight), session, message, next);
          return { settled: reply.settled, next: reply.next?.delivery };
        }
        case 'beat': {
          const claims = operation.claims.map(({ flight, delivery }) => ({
            flight: keyOf(flight),
            delivery,
          }));
          return [...(await store.beat(operation.shard, operation.session, claims))].sort();
        }
        case 'handBack': {
          const { session, delivery } = await actorOf(store, operation.flight, operation.actor);
          return store.handBack(nameOf(operation.flight), session, delivery);
        }
        case 'look':
          return look(store, operation.shard, operation.limit);
      }
    },
  };
}

/** All that can be read from the store, but times. */
export async function dumpOf(store: ShardStore): Promise<unknown> {
  const shards = await Promise.all(
    SHARD_NUMBERS.map(async (shard) => ({
      flights: [...(await store.readFlights(shard))].sort(),
      ...(await look(store, shard, 1_000)),
      plan: await store.loadPlan(shard, aPlan().hash),
      n: (await store.acquire(shard, 'o1', 1))?.n,
    })),
  );
  const runs = await Promise.all(
    RUNS.map(async (_, run) => {
      const stored = await store.loadRun(runId(run));
      return {
        header: stored === undefined ? undefined : { ...stored.header, createdAt: 0 },
        records: stored?.records,
        outputs: stored === undefined ? undefined : new Map(stored.outputs),
        events: await store.readEvents(runId(run), 0, 1_000, 0),
      };
    }),
  );
  return { shards, runs };
}

async function look(store: ShardStore, shard: number, limit: number) {
  const { due, nextMs } = await store.dueTimers(shard, limit);
  return {
    due,
    nextMs,
    live: [...(await store.liveRuns(shard))].sort(),
    inbox: (await inboxOf(store, shard)).slice(0, limit).map(({ message }) => timeless(message)),
    dead: await store.deadSessions(shard, SESSIONS),
  };
}

function timeless(message: InboxMessage): InboxMessage {
  if (message.type !== 'start' || message.header === undefined) return message;
  return { ...message, header: { ...message.header, createdAt: 0 } };
}

async function playCommit(
  store: ShardStore,
  lease: Lease,
  operation: CommitOperation,
  leases: Lease[],
): Promise<unknown> {
  const consumed = (await inboxOf(store, lease.shard)).slice(0, operation.consume ?? 0);
  const seen = await store.readFlights(
    lease.shard,
    operation.expect.map(({ flight }) => keyOf(flight)),
  );
  const expect = seen.map(([key, value], i) => [key, operation.expect[i]?.wrong ?? value] as const);
  const n = newestNumber(leases, lease.shard) + operation.step;
  const cursor = consumed.at(-1)?.id ?? null;
  const reply = await store.commit(
    lease,
    n,
    commitOf(operation, { shard: lease.shard, n }, { cursor, expect }),
  );
  if (reply.kind !== 'ok') return reply;
  leases.forEach((known, i) => {
    if (known.shard === lease.shard) leases[i] = { ...known, n };
  });
  return { ...reply, n };
}

function newestNumber(leases: readonly Lease[], shard: number): number {
  return leases.find((lease) => lease.shard === shard)?.n ?? 0;
}

function commitOf(
  operation: CommitOperation,
  { shard, n }: Pick<Lease, 'shard' | 'n'>,
  base: Pick<Commit, 'cursor' | 'expect'>,
): Commit {
  const set = operation.set.map(({ flight, value }) => [keyOf(flight), value] as const);
  const kept = new Set(set.map(([key]) => key));
  const keptTimers = new Set(operation.timers.map(([timer]) => timer));
  return aCommit({
    ...base,
    runs: operation.runs
      .filter(({ run }) => RUNS[run]?.shard === shard)
      .map((change) => runChangeOf(change, n)),
    flights: { set, remove: operation.remove.map(keyOf).filter((key) => !kept.has(key)) },
    timers: {
      set: operation.timers,
      remove: operation.removeTimers.filter((timer) => !keptTimers.has(timer)),
    },
  });
}

function runChangeOf(change: CommitOperation['runs'][number], n: number): RunChange {
  const run = runId(change.run);
  const header = { ...aHeader({ id: run, seq: change.events }), createdAt: 5 };
  return {
    run,
    ...(change.header ? { header: JSON.stringify(header) } : {}),
    ...(change.live === undefined ? {} : { live: change.live }),
    records: change.records.map(({ start, fills }) => ({ start, bytes: records(...fills) })),
    outputs: change.outputs,
    // A thousand seqs a commit: those of a later one always come after those of an earlier one.
    ...(change.events === 0
      ? {}
      : {
          events: { first: n * 1_000, last: n * 1_000 + change.events, packed: `${n}[[0,${change.events}]]` },
        }),
  };
}

/** The session and delivery that act: those that the flight names, where it names one. */
async function actorOf(store: ShardStore, choice: FlightChoice, actor: Actor) {
  if (actor !== 'holder') return actor;
  const { shard, flight } = nameOf(choice);
  const value = (await store.readFlights(shard, [flight]))[0]?.[1] ?? 's|1|0|s1';
  return parseFlight(value);
}

function settledBy({ run, node }: FlightChoice, session: string, delivery: number): SettledMessage {
  return aSettled({ run: runId(run), node, delivery, worker: session });
}

function runId(run: number): string {
  const { number, shard } = RUNS[run] ?? RUNS[0];
  return aRunId(number, shard);
}

function keyOf({ run, node }: FlightChoice): string {
  return aFlight(node, runId(run));
}

function nameOf(flight: FlightChoice) {
  return { shard: RUNS[flight.run]?.shard ?? 1, flight: keyOf(flight) };
}

function withoutTime(reply: ClaimReply): unknown {
  return reply.kind === 'granted' ? { ...reply, at: 0 } : reply;
}
