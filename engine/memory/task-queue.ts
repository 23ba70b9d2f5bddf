/**
 * The task queue in memory: by priority, then first in, first out; as BullMQ does it, a ticket that is present is not
 * added again, small ones travel in bundles, and what a vanished consumer had is delivered again after the stall time. Waiting goes
 * by the clock given.
 */
import { setMaxListeners } from 'node:events';
import { type Bundle, bundlesOf } from '../core/bundle.ts';
import { SluiceError } from '../core/errors.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Clock } from '../ports/clock.ts';
import type { TaskQueue, TicketConsumer, TicketHandler } from '../ports/task-queue.ts';
import { leftOf } from '../ports/ticket-verdict.ts';

export interface MemoryTaskQueueOptions {
  readonly clock: Clock;
  /** Time after which the tickets of a vanished consumer are delivered again. Default 5,000 ms. */
  readonly stallMs?: number;
}

export interface MemoryTicketConsumer extends TicketConsumer {
  /** As if its process were killed: takes nothing more, and what it was working on is delivered again after the stall time. */
  abandon(): void;
}

export interface MemoryTaskQueue extends TaskQueue {
  consume(queue: string, slots: number, handler: TicketHandler): MemoryTicketConsumer;
}

/** A bundle of tickets, mostly of one. */
interface QueuedBundle {
  readonly id: string;
  /** Order of arrival. */
  readonly number: number;
  readonly priority: number;
  readonly slots: number;
  /** The tickets as text, so that nobody who works on them changes what a later delivery gets. */
  readonly json: string;
}

interface Consumer {
  readonly slots: number;
  readonly handler: TicketHandler;
  readonly active: Set<QueuedBundle>;
  taking: boolean;
  /** Its verdicts count no more. */
  gone: boolean;
  /** Called when nothing is active any more. */
  onIdle: () => void;
}

export function createMemoryTaskQueue(options: MemoryTaskQueueOptions): MemoryTaskQueue {
  const queues = new Map<string, NamedQueue>();
  const end = new AbortController();
  // Every ticket that comes back later listens to it.
  setMaxListeners(0, end.signal);
  const named = (name: string) => {
    if (end.signal.aborted)
      throw new SluiceError('closed', 'the task queue was closed; open a new one to go on');
    const queue = queues.get(name) ?? new NamedQueue(options.clock, options.stallMs ?? 5_000, end.signal);
    queues.set(name, queue);
    return queue;
  };
  return {
    async add(tickets) {
      for (const bundle of bundlesOf(tickets)) named(bundle[0].queue).add(bundle);
    },
    async raise(tickets) {
      for (const ticket of tickets) named(ticket.queue).raise(ticket);
    },
    consume: (queue, slots, handler) => named(queue).consume(slots, handler),
    async close() {
      end.abort();
    },
  };
}

class NamedQueue {
  readonly #clock: Clock;
  readonly #stallMs: number;
  readonly #end: AbortSignal;
  /** Ids of all tickets that wait, are worked on, or come back later. */
  readonly #present = new Set<string>();
  /** Sorted; the next one is last. */
  readonly #waiting: QueuedBundle[] = [];
  readonly #consumers: Consumer[] = [];
  #added = 0;
  #handingOut = false;

  constructor(clock: Clock, stallMs: number, end: AbortSignal) {
    this.#clock = clock;
    this.#stallMs = stallMs;
    this.#end = end;
  }

  add(bundle: Bundle): void {
    const [first] = bundle;
    const id = bundle.length > 1 ? `${ticketId(first)}-x${bundle.length}` : ticketId(first);
    if (this.#present.has(id)) return;
    this.#present.add(id);
    const { priority, slots = 1 } = first;
    this.#enqueue({ id, number: this.#added++, priority, slots, json: JSON.stringify(bundle) });
  }

  raise(ticket: Ticket): void {
    const id = ticketId(ticket);
    const at = this.#waiting.findIndex((queued) => queued.id === id);
    const [queued] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (queued) this.#enqueue({ ...queued, number: this.#added++, priority: ticket.priority });
  }

  consume(slots: number, handler: Consumer['handler']): MemoryTicketConsumer {
    const consumer: Consumer = {
      slots,
      handler,
      active: new Set(),
      taking: true,
      gone: false,
      onIdle: () => {},
    };
    this.#consumers.push(consumer);
    this.#handOutSoon();
    return {
      pause: async () => {
        consumer.taking = false;
      },
      resume: () => {
        consumer.taking = !consumer.gone;
        this.#handOutSoon();
      },
      close: (timeoutMs) => this.#close(consumer, timeoutMs),
      abandon: () => this.#abandon(consumer),
    };
  }

  #enqueue(queued: QueuedBundle): void {
    this.#waiting.splice(countAfter(this.#waiting, queued), 0, queued);
    this.#handOutSoon();
  }

  async #enqueueAfter(queued: QueuedBundle, ms: number): Promise<void> {
    await this.#clock.sleep(ms, this.#end);
    this.#enqueue(queued);
  }

  /** Later in this turn, so that tickets that are added together compete by priority. */
  #handOutSoon(): void {
    if (this.#handingOut) return;
    this.#handingOut = true;
    queueMicrotask(() => {
      this.#handingOut = false;
      this.#handOut();
    });
  }

  #handOut(): void {
    while (!this.#end.aborted && this.#waiting.length > 0) {
      // Who wants more than any consumer has is passed over; who only has to wait is waited for.
      const largest = this.#largest();
      const at = this.#waiting.findLastIndex(({ slots }) => largest >= slots);
      const consumer = this.#freest();
      const queued = this.#waiting[at];
      if (consumer === undefined || queued === undefined || freeSlots(consumer) < queued.slots) return;
      this.#waiting.splice(at, 1);
      void this.#work(consumer, queued);
    }
  }

  #largest(): number {
    return Math.max(0, ...this.#consumers.map(({ slots, taking }) => (taking ? slots : 0)));
  }

  /** The consumer with most free slots, so that several share the load. */
  #freest(): Consumer | undefined {
    let best: Consumer | undefined;
    for (const consumer of this.#consumers) {
      if (consumer.taking && freeSlots(consumer) > (best === undefined ? 0 : freeSlots(best)))
        best = consumer;
    }
    return best;
  }

  async #work(consumer: Consumer, queued: QueuedBundle): Promise<void> {
    consumer.active.add(queued);
    const tickets = JSON.parse(queued.json) as Ticket[];
    // A handler that rejects has finished with all.
    const verdicts = await consumer.handler(tickets).catch(() => []);
    if (consumer.gone) return;
    consumer.active.delete(queued);
    const { left, afterMs } = leftOf(tickets, verdicts, { kind: 'done' });
    if (left.length > 0) void this.#enqueueAfter({ ...queued, json: JSON.stringify(left) }, afterMs);
    else this.#present.delete(queued.id);
    if (consumer.active.size === 0) consumer.onIdle();
    this.#handOutSoon();
  }

  async #close(consumer: Consumer, timeoutMs: number): Promise<void> {
    consumer.taking = false;
    if (consumer.active.size > 0 && timeoutMs > 0) {
      const idle = new AbortController();
      consumer.onIdle = () => idle.abort();
      await this.#clock.sleep(timeoutMs, idle.signal);
    }
    this.#abandon(consumer);
  }

  #abandon(consumer: Consumer): void {
    consumer.taking = false;
    if (consumer.gone) return;
    consumer.gone = true;
    this.#consumers.splice(this.#consumers.indexOf(consumer), 1);
    for (const queued of consumer.active) void this.#enqueueAfter(queued, this.#stallMs);
    consumer.onIdle();
  }
}

function ticketId({ run, node, generation, attempt, delivery }: Ticket): string {
  return `${run}-${node}-${generation}-${attempt}-${delivery}`;
}

/** How many of the sorted tickets are to be handed out after this one. */
function countAfter(waiting: readonly QueuedBundle[], queued: QueuedBundle): number {
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = waiting[middle];
    if (other !== undefined && comesBefore(queued, other)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether `a` is to be handed out earlier than `b`. */
function comesBefore(a: QueuedBundle, b: QueuedBundle): boolean {
  const difference = a.priority - b.priority;
  return difference === 0 ? a.number < b.number : difference < 0;
}

function freeSlots(consumer: Consumer): number {
  let free = consumer.slots;
  for (const { slots } of consumer.active) free -= slots;
  return free;
}
