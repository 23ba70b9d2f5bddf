/**
 * A fleet in virtual time: orchestrators that decide by the engine's own code, Redis, a queue, and workers. Each process and each
 * Redis does one thing after another, each thing takes what was measured. Work comes at random and is never held back.
 */
import type { Plan } from '../../engine/core/plan.ts';
import type { Ticket } from '../../engine/core/ticket.ts';
import { planOf } from '../schedule/shape-plan.ts';
import type { Costs } from './costs.ts';
import { Samples } from './samples.ts';
import { BEGIN_MS, type Round, SimOrchestrator } from './sim-orchestrator.ts';
import { SimQueue } from './sim-queue.ts';
import { Server, Timeline } from './timeline.ts';
import type { Arrival, Workload } from './workload.ts';

export interface FleetOptions {
  readonly workers: number;
  readonly slotsEach: number;
  readonly shards: number;
  readonly orchestrators: number;
  /** Workers share so many cores. Default: one each. */
  readonly workerCores?: number;
  /** Primaries; shards and the queue are spread over them. */
  readonly redisNodes: number;
  readonly costs: Costs;
  readonly workload: Workload;
  readonly untilMs: number;
  /** No run begins afterwards. Default: the end. */
  readonly arrivalsUntilMs?: number;
  /** What happens before is not counted. */
  readonly fromMs: number;
}

export interface FleetReport {
  readonly seconds: number;
  readonly nodes: number;
  readonly runs: number;
  readonly commits: number;
  /** Shares of their time: of all slots, and of the busiest process of each kind. */
  readonly slots: number;
  readonly orchestrator: number;
  readonly redis: number;
  readonly commandsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly connections: number;
  /** From the outcome that a node needed, accepted by Redis, to its own claim, ms. */
  readonly waits: Samples;
  /** Most of the shards' means of that ÷ their median. */
  readonly slowestShard: number;
  /** Share of all slots' time in which they had nothing though nodes were ready. */
  readonly starved: number;
}

interface Totals {
  readonly nodes: number;
  readonly runs: number;
  readonly commits: number;
  readonly busySlotMs: number;
  readonly orchestrators: readonly number[];
  readonly redis: readonly number[];
}

/** Commands to Redis for a node: settle, add, fetch, claim, finish, started. */
const STEPS = 6;
/** Work that goes on for so long is told of, ms. */
const STARTED_AFTER_MS = 100;
const BEATS_PER_SECOND = 2;
const LOOK_MS = 1_000;

export class Fleet {
  readonly #options: FleetOptions;
  readonly #timeline = new Timeline();
  readonly #plans: readonly Plan[];
  readonly #orchestrators: readonly SimOrchestrator[];
  readonly #redis: readonly Server[];
  readonly #workers: readonly Server[];
  readonly #queue: SimQueue;
  readonly #shapeOf = new Map<string, number>();
  readonly #waits = new Samples();
  readonly #waitsByShard: Samples[];
  #runs = 0;
  #nodes = 0;
  #busySlotMs = 0;
  #starvedSlotMs = 0;
  #slotMs = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    const { workers, slotsEach, shards, orchestrators, redisNodes, costs, workload } = options;
    this.#plans = workload.shapes.map((shape) => planOf(shape));
    const beats = (BEATS_PER_SECOND * workers * shardsHeld(slotsEach, shards) * costs.redis.beatMs) / 1_000;
    const besides = costs.redis.idle * orchestrators + costs.redis.idleByWorker * workers + beats;
    this.#redis = Array.from({ length: redisNodes }, () => new Server(1 - besides / redisNodes));
    this.#workers = Array.from(
      { length: options.workerCores ?? workers },
      () => new Server(1 - costs.worker.idle),
    );
    this.#waitsByShard = Array.from({ length: shards }, () => new Samples());
    this.#queue = new SimQueue({
      workers,
      slotsEach,
      begin: (ticket, worker) => this.#begin(ticket, worker),
      afterFetch: (then) => this.#timeline.at(this.#timeline.now + costs.hopMs, () => this.#onQueue(then)),
    });
    this.#orchestrators = Array.from(
      { length: orchestrators },
      (_, at) =>
        new SimOrchestrator({
          ...costs.orchestrator,
          timeline: this.#timeline,
          shards: Array.from({ length: shards }, (_, shard) => shard).filter(
            (one) => one % orchestrators === at,
          ),
          orchestrators,
          slots: workers * slotsEach,
          share: 1 - costs.orchestrator.idle - costs.orchestrator.idleByWorker * workers,
          hopMs: costs.hopMs,
          store: (round, decided) => this.#store(round, decided),
          onEnd: (run) => this.#end(run),
        }),
    );
  }

  run(): FleetReport {
    const { untilMs, fromMs } = this.#options;
    this.#arrive();
    this.#look();
    this.#timeline.runUntil(fromMs);
    const before = this.#totals();
    this.#forgetBeginnings();
    this.#timeline.runUntil(untilMs);
    return this.#report(before);
  }

  #arrive(): void {
    const next: Arrival | undefined = this.#options.workload.arrivals.next().value;
    const { arrivalsUntilMs = this.#options.untilMs } = this.#options;
    if (!next || next.atMs >= arrivalsUntilMs) return;
    this.#timeline.at(next.atMs, () => {
      const run = `RUN${++this.#runs}`;
      const shard = hash(this.#runs) % this.#options.shards;
      this.#shapeOf.set(run, next.shape);
      const plan = this.#plans[next.shape];
      if (plan) this.#ownerOf(shard).begin(shard, run, plan);
      this.#arrive();
    });
  }

  #store({ shard, tickets }: Round, decided: number): number {
    const { hopMs, redis } = this.#options.costs;
    const stored = this.#redisOf(shard).take(decided + hopMs, redis.commitMs) + hopMs;
    this.#timeline.at(stored, () => {
      for (const ticket of tickets) this.#onQueue(() => this.#queue.add(ticket, this.#timeline.now));
    });
    return stored;
  }

  /** A slot has the ticket: claim, work, settle, finish. */
  #begin(ticket: Ticket, worker: number): void {
    const { costs } = this.#options;
    const half = costs.worker.nodeMs / 2;
    const core = this.#workers[worker % this.#workers.length];
    this.#timeline.at(this.#timeline.now + costs.hopMs, () => {
      const ready = core?.take(this.#timeline.now, half) ?? 0;
      this.#onRedis(ticket.shard, ready, () => {
        const claimedAt = this.#timeline.now;
        this.#noteWait(ticket, claimedAt);
        const ms = this.#msOf(ticket);
        if (ms > STARTED_AFTER_MS) this.#tellStarted(ticket, claimedAt);
        this.#timeline.at(claimedAt + ms + 2 * costs.hopMs, () => {
          const done = core?.take(this.#timeline.now, half) ?? 0;
          this.#onRedis(ticket.shard, done, () => this.#settle(ticket, { worker, claimedAt }));
        });
      });
    });
  }

  #settle(
    ticket: Ticket,
    { worker, claimedAt }: { readonly worker: number; readonly claimedAt: number },
  ): void {
    const { run, node, generation, attempt, shard } = ticket;
    this.#nodes++;
    this.#busySlotMs += this.#timeline.now - claimedAt;
    this.#ownerOf(shard).deliver(shard, {
      type: 'settled',
      ...{
        run,
        node,
        generation,
        attempt,
        delivery: 1,
        worker: 'w',
        startedAt: BEGIN_MS + Math.floor(claimedAt),
      },
      outcome: { status: 'succeeded', outputs: {} },
    });
    this.#onQueue(() => this.#queue.giveBack(worker));
  }

  #tellStarted({ run, node, generation, attempt, shard }: Ticket, claimedAt: number): void {
    const at = BEGIN_MS + Math.floor(claimedAt);
    this.#onRedis(shard, claimedAt + STARTED_AFTER_MS, () => {
      const name = { run, node, generation, attempt };
      this.#ownerOf(shard).deliver(shard, { type: 'started', ...name, delivery: 1, worker: 'w', at });
    });
  }

  #noteWait(ticket: Ticket, claimedAt: number): void {
    const queuedAt = this.#ownerOf(ticket.shard).queuedAt(ticket);
    if (queuedAt === undefined) return;
    const wait = Math.max(0, BEGIN_MS + claimedAt - queuedAt);
    this.#waits.add(wait);
    this.#waitsByShard[ticket.shard]?.add(wait);
  }

  #onQueue(then: () => void): void {
    const { costs } = this.#options;
    const at = this.#redis[0]?.take(this.#timeline.now + costs.hopMs, costs.redis.nodeMs / STEPS) ?? 0;
    this.#timeline.at(at, then);
  }

  #onRedis(shard: number, from: number, then: () => void): void {
    const { costs } = this.#options;
    this.#timeline.at(from, () => {
      const at = this.#redisOf(shard).take(this.#timeline.now + costs.hopMs, costs.redis.nodeMs / STEPS);
      this.#timeline.at(at, then);
    });
  }

  /** Once a second: the tickets are raised, the slots are looked at. */
  #look(): void {
    const sent = this.#orchestrators.reduce((sum, one) => sum + one.sent, 0);
    const ready = this.#orchestrators.reduce((sum, one) => sum + one.ready, 0);
    const slots = this.#options.workers * this.#options.slotsEach;
    const claimed = slots - this.#queue.freeSlots;
    this.#queue.raise(this.#timeline.now, { sent, claimed, meanMs: this.#options.workload.meanMs });
    this.#slotMs += slots * LOOK_MS;
    this.#starvedSlotMs += Math.min(this.#queue.freeSlots, ready) * LOOK_MS;
    this.#timeline.at(this.#timeline.now + LOOK_MS, () => this.#look());
  }

  #end(run: string): void {
    this.#shapeOf.delete(run);
  }

  #msOf({ run, node }: Ticket): number {
    const shape = this.#options.workload.shapes[this.#shapeOf.get(run) ?? -1];
    return shape?.tasks[node]?.ms ?? 0;
  }

  #ownerOf(shard: number): SimOrchestrator {
    const owner = this.#orchestrators[shard % this.#orchestrators.length];
    if (!owner) throw new Error('The model has no orchestrator.');
    return owner;
  }

  #redisOf(shard: number): Server {
    const server = this.#redis[shard % this.#redis.length];
    if (!server) throw new Error('The model has no Redis.');
    return server;
  }

  #forgetBeginnings(): void {
    this.#waits.clear();
    for (const waits of this.#waitsByShard) waits.clear();
    this.#slotMs = 0;
    this.#starvedSlotMs = 0;
  }

  #report(before: Totals): FleetReport {
    const { workers, slotsEach, shards, orchestrators, costs, untilMs, fromMs } = this.#options;
    const after = this.#totals();
    const ms = untilMs - fromMs;
    const perSecond = (value: number) => (value / ms) * 1_000;
    const nodes = after.nodes - before.nodes;
    const busiest = (now: readonly number[], then: readonly number[]) =>
      Math.max(...now.map((busyMs, at) => (busyMs - (then[at] ?? 0)) / ms));
    const { orchestrator, redis } = costs;
    const held = (after.busySlotMs - before.busySlotMs) / ms;
    const beats = BEATS_PER_SECOND * workers * shardsHeld(held / workers, shards);
    const means = this.#waitsByShard.filter(({ count }) => count > 0).map(({ mean }) => mean);
    const besides =
      redis.idle * orchestrators + redis.idleByWorker * workers + (beats * redis.beatMs) / 1_000;
    return {
      seconds: ms / 1_000,
      nodes,
      runs: after.runs - before.runs,
      commits: after.commits - before.commits,
      slots: held / (workers * slotsEach),
      orchestrator:
        busiest(after.orchestrators, before.orchestrators) +
        orchestrator.idle +
        orchestrator.idleByWorker * workers,
      redis: busiest(after.redis, before.redis) + besides / this.#redis.length,
      commandsPerSecond: perSecond(nodes * redis.commandsByNode) + workers * redis.commandsByWorker + beats,
      bytesPerSecond: perSecond(nodes * redis.bytesByNode),
      connections: orchestrators * redis.connectionsByOrchestrator + workers * redis.connectionsByWorker,
      waits: this.#waits,
      slowestShard: Math.max(...means) / (means.sort((a, b) => a - b)[means.length >> 1] ?? 1),
      starved: this.#slotMs === 0 ? 0 : this.#starvedSlotMs / this.#slotMs,
    };
  }

  #totals(): Totals {
    return {
      nodes: this.#nodes,
      runs: this.#runs,
      commits: this.#orchestrators.reduce((sum, { commits }) => sum + commits, 0),
      busySlotMs: this.#busySlotMs,
      orchestrators: this.#orchestrators.map(({ core }) => core.busyMs),
      redis: this.#redis.map(({ busyMs }) => busyMs),
    };
  }
}

/** Distinct shards of which a worker holds work, if all its slots are busy. */
export function shardsHeld(slots: number, shards: number): number {
  return shards * (1 - (1 - 1 / shards) ** slots);
}

function hash(value: number): number {
  return Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 8;
}
