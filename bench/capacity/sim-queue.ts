/** The BullMQ queue and the slots that serve it: by priority, then first in, first out, raised as patrol raises. */
import { type QueueTraffic, raisedPriority, raisePeriod, raisesAfter } from '../../engine/core/policy.ts';
import { PriorityHeap } from '../../engine/core/priority-heap.ts';
import type { Ticket } from '../../engine/core/ticket.ts';

interface Waiting {
  readonly ticket: Ticket;
  readonly addedAt: number;
  readonly order: number;
  readonly priority: number;
}

export interface SimQueueOptions {
  readonly workers: number;
  readonly slotsEach: number;
  readonly begin: (ticket: Ticket, worker: number) => void;
  /** Calls back when a worker that is woken now has asked for a ticket. */
  readonly afterFetch: (then: () => void) => void;
}

const byPriority = (a: Waiting, b: Waiting) =>
  a.priority < b.priority || (a.priority === b.priority && a.order < b.order);

export class SimQueue {
  #waiting = new PriorityHeap<Waiting>(byPriority);
  #order = 0;
  /** Workers, each as often as it has free slots. */
  readonly #free: number[];
  readonly #begin: (ticket: Ticket, worker: number) => void;
  readonly #afterFetch: (then: () => void) => void;
  #isWaking = false;

  constructor({ workers, slotsEach, begin, afterFetch }: SimQueueOptions) {
    // Slot by slot, so that the first tickets spread over all workers.
    this.#free = Array.from({ length: workers * slotsEach }, (_, i) => i % workers).reverse();
    this.#begin = begin;
    this.#afterFetch = afterFetch;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get freeSlots(): number {
    return this.#free.length;
  }

  add(ticket: Ticket, now: number): void {
    this.#waiting.push({ ticket, addedAt: now, order: this.#order++, priority: ticket.priority });
    this.#wakeOne();
  }

  giveBack(worker: number): void {
    const next = this.#waiting.pop();
    if (next) this.#begin(next.ticket, worker);
    else this.#free.push(worker);
  }

  /** Tickets that wait long stand higher afterwards. */
  raise(now: number, traffic: QueueTraffic): void {
    const period = raisePeriod(traffic);
    if (!this.#waiting.items.some(({ addedAt }) => now - addedAt >= period)) return;
    const raised = new PriorityHeap<Waiting>(byPriority);
    for (const one of this.#waiting.items) {
      const raises = raisesAfter(now - one.addedAt, period);
      raised.push({ ...one, priority: raisedPriority(one.ticket.priority, raises) });
    }
    this.#waiting = raised;
  }

  /** One waiting worker hears of the tickets, and the next of it by what the first leaves: BullMQ keeps one wake-up a queue. */
  #wakeOne(): void {
    const worker = this.#isWaking || this.#waiting.size === 0 ? undefined : this.#free.pop();
    if (worker === undefined) return;
    this.#isWaking = true;
    this.#afterFetch(() => {
      this.#isWaking = false;
      this.giveBack(worker);
      this.#wakeOne();
    });
  }
}
