/** Stands between all processes and the memory store, below the faults, and writes down what took effect. */
import type { Commit } from '../../engine/core/commit.ts';
import { type EventRecord, unpackEvents } from '../../engine/core/event.ts';
import type { SettledMessage } from '../../engine/core/message.ts';
import type { MemoryShardStore } from '../../engine/memory/index.ts';
import type { ClaimName, NextClaim, ShardStore } from '../../engine/ports/shard-store.ts';
import type { HistoryEntry } from './history.ts';
import type { World } from './world.ts';

export class Observer {
  readonly entries: HistoryEntry[] = [];
  readonly store: Omit<ShardStore, 'close'>;
  /** Newest owner of each shard. */
  readonly owners = new Map<number, string>();
  /** Runs whose terminal event is durable. */
  readonly ended = new Set<string>();
  /** Runs that the store has accepted, whether or not anyone was told. */
  readonly started = new Set<string>();
  /** Called right after the store went back. */
  onRestore: (() => void) | undefined;
  readonly #world: World;
  readonly #memory: MemoryShardStore;
  /** Commits that were stored: a repetition stores nothing. */
  #stored = new Set<string>();
  #claims = new Map<string, string>();

  constructor(world: World, memory: MemoryShardStore) {
    this.#world = world;
    this.#memory = memory;
    this.store = this.#observe();
  }

  /** Takes the store back to an earlier state: answers how to. */
  remember(): () => void {
    const snapshot = this.#memory.snapshot();
    const known = this.entries.length;
    const claims = new Map(this.#claims);
    const stored = new Set(this.#stored);
    return () => {
      this.#memory.restore(snapshot);
      for (const entry of this.entries.slice(known)) entry.lost = true;
      this.entries.push({ kind: 'restore', at: this.#world.now, known });
      this.#stored = stored;
      this.#claims = claims;
      this.#recount();
      this.onRestore?.();
    };
  }

  #recount(): void {
    this.ended.clear();
    this.started.clear();
    for (const entry of this.entries) {
      if (entry.lost === true) continue;
      if (entry.kind === 'start') this.started.add(entry.run);
      if (entry.kind === 'commit') this.#noteEnds(entry.events);
    }
  }

  #observe(): Omit<ShardStore, 'close'> {
    const memory = this.#memory;
    const { entries } = this;
    return {
      ...memory,
      acquire: async (shard, owner, ttlMs) => {
        const lease = await memory.acquire(shard, owner, ttlMs);
        if (lease) {
          this.owners.set(shard, owner);
          entries.push({ kind: 'lease', at: this.#world.now, shard, token: lease.token, owner });
        }
        return lease;
      },
      commit: async (lease, n, commit) => {
        const reply = await memory.commit(lease, n, commit);
        if (reply.kind === 'ok') this.#noteCommit(lease, n, commit);
        return reply;
      },
      claim: async (name, session) => {
        const reply = await memory.claim(name, session);
        if (reply.kind === 'granted') this.#noteClaim({ ...name, state: 'sent' }, session, reply.delivery);
        else entries.push({ kind: 'beat', at: this.#world.now, shard: name.shard, session });
        return reply;
      },
      settle: async (name, session, message) => {
        const reply = await memory.settle(name, session, message);
        if (reply === 'accepted') this.#noteSettle(name.flight, session, message);
        return reply;
      },
      settleAndClaim: async (name, session, message, next) => {
        const reply = await memory.settleAndClaim(name, session, message, next);
        if (reply.settled === 'accepted') this.#noteSettle(name.flight, session, message);
        if (reply.next) this.#noteClaim({ ...name, ...next }, session, reply.next.delivery);
        return reply;
      },
      beat: async (shard, session, claims) => {
        entries.push({ kind: 'beat', at: this.#world.now, shard, session });
        return memory.beat(shard, session, claims);
      },
      handBack: async (name, session, delivery) => {
        entries.push({ kind: 'hand_back', at: this.#world.now, flight: name.flight });
        return memory.handBack(name, session, delivery);
      },
      start: async (header, plan) => {
        const reply = await memory.start(header, plan);
        if (reply.kind === 'started') {
          this.started.add(reply.run);
          entries.push({ kind: 'start', at: this.#world.now, run: reply.run });
        }
        return reply;
      },
    };
  }

  #noteSettle(flight: string, session: string, { delivery, outcome }: SettledMessage): void {
    this.entries.push({ kind: 'settle', at: this.#world.now, flight, session, delivery, outcome });
  }

  #noteClaim({ shard, flight, state }: ClaimName & NextClaim, session: string, delivery: number): void {
    const at = this.#world.now;
    const claim = `${session}|${delivery}`;
    const repeated = this.#claims.get(flight) === claim;
    this.#claims.set(flight, claim);
    this.entries.push({ kind: 'beat', at, shard, session });
    const entry = { kind: 'claim', at, shard, flight, session, delivery, repeated } as const;
    this.entries.push(state === 'joined' ? { ...entry, joined: true } : entry);
  }

  #noteCommit(lease: { shard: number; token: string }, n: number, commit: Commit): void {
    const { shard, token } = lease;
    const name = `${shard}|${token}|${n}`;
    if (this.#stored.has(name)) return;
    this.#stored.add(name);
    const events = new Map<string, readonly EventRecord[]>();
    for (const change of commit.runs) {
      if (change.events) events.set(change.run, unpackEvents(change.events.packed, change.events.first));
    }
    this.entries.push({ kind: 'commit', at: this.#world.now, shard, token, n, commit, events });
    this.#noteEnds(events);
  }

  #noteEnds(events: ReadonlyMap<string, readonly EventRecord[]>): void {
    for (const [run, list] of events) {
      for (const { type } of list) {
        if (type === 'run.retried') this.ended.delete(run);
        if (type === 'run.succeeded' || type === 'run.failed' || type === 'run.cancelled')
          this.ended.add(run);
      }
    }
  }
}
