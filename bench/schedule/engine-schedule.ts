/**
 * The engine's own schedule: real `decide` with its ready queues, windows and learned durations, a queue that orders as BullMQ
 * does (by priority, then first in, first out; raised as patrol raises), and workers that take a slot's work at once.
 * Virtual time, no latency: what is measured is the order alone.
 */
import { decide, settleTurn, Turn } from '../../engine/core/decide/index.ts';
import type { Message } from '../../engine/core/message.ts';
import {
  dispatchWindow,
  type QueueTraffic,
  raisedPriority,
  raisePeriod,
  raisesAfter,
} from '../../engine/core/policy.ts';
import { PriorityHeap } from '../../engine/core/priority-heap.ts';
import { newRunState } from '../../engine/core/run-state.ts';
import {
  adoptRun,
  dropRun,
  durationsOf,
  newShardState,
  type ShardState,
} from '../../engine/core/shard-state.ts';
import type { Ticket } from '../../engine/core/ticket.ts';
import type { Shape } from './shape.ts';
import { headerOf, planOf } from './shape-plan.ts';

const BEGIN_MS = Date.UTC(2026, 0, 1);
/** The owner looks after its tickets so often, ms. */
const PATROL_MS = 1_000;

interface Waiting {
  readonly ticket: Ticket;
  readonly addedAt: number;
  readonly order: number;
  priority: number;
  raises: number;
}

interface Working {
  readonly ticket: Ticket;
  readonly startedAt: number;
  readonly endsAt: number;
}

/** One shard and its workers. What runs teach is kept from one to the next. */
export class EngineSchedule {
  readonly #workers: number;
  readonly #shard: ShardState = newShardState(0, new Map());
  readonly #working = new PriorityHeap<Working>(
    (a, b) => a.endsAt < b.endsAt || (a.endsAt === b.endsAt && a.ticket.node < b.ticket.node),
  );
  #waiting: Waiting[] = [];
  #order = 0;
  #now = BEGIN_MS;
  #runs = 0;

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** Runs the workflow alone. Answers how long it took, ms. */
  run(shape: Shape): number {
    const plan = planOf(shape);
    const id = `RUN${++this.#runs}`;
    const header = headerOf(plan, id, this.#now);
    const durations = durationsOf(this.#shard, plan.namespace, plan.name);
    adoptRun(this.#shard, newRunState(header, plan, durations), new Map(), this.#now);
    const begun = this.#now;
    this.#decide([{ type: 'start', run: id }]);
    for (;;) {
      this.#occupy(shape);
      const done = this.#takeDone();
      if (done.length === 0) break;
      this.#decide(done.map((work) => settledMessage(work)));
    }
    const status = this.#shard.runs.get(id)?.header.status;
    if (status !== 'succeeded') throw new Error(`${shape.name} ended as ${status} in the schedule`);
    dropRun(this.#shard, id);
    return this.#now - begun;
  }

  #decide(messages: readonly Message[]): void {
    let pending = messages;
    for (let more = true; more; pending = []) {
      const turn = new Turn(this.#shard, this.#now);
      for (const message of pending) decide(turn, message);
      more = settleTurn(turn, () => dispatchWindow(this.#workers, 1));
      for (const ticket of turn.finish(null).tickets)
        this.#waiting.push({
          ticket,
          addedAt: this.#now,
          order: this.#order++,
          priority: ticket.priority,
          raises: 0,
        });
    }
  }

  /** Free workers take what BullMQ would give them. */
  #occupy(shape: Shape): void {
    const period = raisePeriod(this.#traffic(shape));
    for (const one of this.#waiting) {
      const waited = Math.floor((this.#now - one.addedAt) / PATROL_MS) * PATROL_MS;
      one.raises = Math.max(one.raises, raisesAfter(waited, period));
      one.priority = raisedPriority(one.ticket.priority, one.raises);
    }
    this.#waiting.sort((a, b) => a.priority - b.priority || a.order - b.order);
    const room = this.#workers - this.#working.size;
    for (const { ticket } of this.#waiting.splice(0, room)) {
      const ms = shape.tasks[ticket.node]?.ms ?? 0;
      this.#working.push({ ticket, startedAt: this.#now, endsAt: this.#now + ms });
    }
  }

  #traffic({ name, tasks }: Shape): QueueTraffic {
    const claimed = this.#working.size;
    const out = [...this.#shard.flights.values()].map(({ node }) => tasks[node]?.id ?? '');
    const learned = out.map(
      (task) => this.#shard.durations.of({ namespace: 'default', workflow: name, task }) ?? 0,
    );
    const sum = learned.reduce((total, ms) => total + ms, 0);
    return { sent: out.length, claimed, meanMs: out.length === 0 ? 0 : sum / out.length };
  }

  /** All that ends next, at one moment. */
  #takeDone(): Working[] {
    const done: Working[] = [];
    const at = this.#working.first?.endsAt ?? 0;
    for (let next = this.#working.first; next?.endsAt === at; next = this.#working.first) {
      this.#working.pop();
      done.push(next);
    }
    if (done.length > 0) this.#now = at;
    return done;
  }
}

function settledMessage({ ticket, startedAt }: Working): Message {
  const { run, node, generation, attempt } = ticket;
  const outcome = { status: 'succeeded' as const, outputs: {} };
  return { type: 'settled', run, node, generation, attempt, delivery: 1, worker: 'w', startedAt, outcome };
}
