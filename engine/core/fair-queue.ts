/**
 * A queue that shares fairly between keys and orders by rank within one: start-time fair queueing (Goyal, Vin and Cheng 1996).
 *
 * Each key has a virtual time, which moves on by the cost of what it was given; the key that is furthest behind goes next.
 * A key that had nothing to do begins at the present virtual time, so it saves up no claim for later.
 */
import { PriorityHeap } from './priority-heap.ts';

/** What one key has waiting, in its own order. */
export interface Waiting<T> {
  readonly size: number;
  /** What `pop` would give. */
  readonly first: T | undefined;
  /** In no order that means anything. */
  readonly items: Iterable<T>;
  push(item: T): void;
  pop(): T | undefined;
  /** The same, to be emptied without effect on this one. */
  copy(): Waiting<T>;
}

export interface FairRules<T> {
  /** For the items of one key; they come out of it in the key's order. */
  readonly newWaiting: () => Waiting<T>;
  readonly keyOf: (item: T) => string;
  /** What the item takes of what is shared, more than 0. */
  readonly costOf: (item: T) => number;
}

interface Flow<T> {
  readonly key: string;
  readonly items: Waiting<T>;
  /** Virtual time at which its next item starts. */
  start: number;
  /** Order of becoming busy, for ties. */
  order: number;
}

/** Idle keys that are remembered; beyond that those are forgotten whom the present has caught up with. */
const IDLE_KEYS = 64;

export class FairQueue<T> {
  readonly #rules: FairRules<T>;
  readonly #flows = new Map<string, Flow<T>>();
  readonly #busy = new PriorityHeap<Flow<T>>((a, b) =>
    a.start === b.start ? a.order < b.order : a.start < b.start,
  );
  /** Start of the item that was taken last. */
  #now = 0;
  #size = 0;
  #order = 0;

  constructor(rules: FairRules<T>) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#size;
  }

  /** The present virtual time: what was taken last started then. */
  get virtualTime(): number {
    return this.#now;
  }

  /** What `pop` would give. */
  get first(): T | undefined {
    return this.#busy.first?.items.first;
  }

  /** Virtual time at which the next item of the key starts. */
  startOf(key: string): number {
    return Math.max(this.#now, this.#flows.get(key)?.start ?? 0);
  }

  /** What waits, in no order that means anything. */
  *items(): Iterable<T> {
    for (const { items } of this.#flows.values()) yield* items.items;
  }

  /** Keys that have something to do. */
  get busyKeys(): number {
    return this.#busy.size;
  }

  /** The same queue, to be emptied without effect on this one. */
  copy(): FairQueue<T> {
    const made = new FairQueue(this.#rules);
    made.#now = this.#now;
    made.#size = this.#size;
    made.#order = this.#order;
    for (const [key, flow] of this.#flows) {
      const items = flow.items.copy();
      const copied = { ...flow, items };
      made.#flows.set(key, copied);
      if (items.size > 0) made.#busy.push(copied);
    }
    return made;
  }

  push(item: T): void {
    const key = this.#rules.keyOf(item);
    const flow = this.#flows.get(key) ?? this.#open(key);
    this.#size++;
    flow.items.push(item);
    if (flow.items.size > 1) return;
    flow.start = Math.max(this.#now, flow.start);
    flow.order = this.#order++;
    this.#busy.push(flow);
  }

  pop(): T | undefined {
    return this.#take(true);
  }

  /** Removes the first item without charging its key: it was no longer wanted. */
  drop(): void {
    this.#take(false);
  }

  #take(isCharged: boolean): T | undefined {
    const flow = this.#busy.pop();
    const item = flow?.items.pop();
    if (!flow || item === undefined) return undefined;
    this.#size--;
    if (isCharged) {
      this.#now = Math.max(this.#now, flow.start);
      flow.start += this.#rules.costOf(item);
      flow.order = this.#order++;
    }
    if (flow.items.size > 0) this.#busy.push(flow);
    // Nobody is behind any more: all that was given is forgotten.
    else if (this.#size === 0) this.#now = Math.max(this.#now, flow.start);
    return item;
  }

  #open(key: string): Flow<T> {
    if (this.#flows.size - this.#busy.size > IDLE_KEYS) this.#forgetIdle();
    const flow = { key, items: this.#rules.newWaiting(), start: 0, order: 0 };
    this.#flows.set(key, flow);
    return flow;
  }

  #forgetIdle(): void {
    for (const [key, flow] of this.#flows)
      if (flow.items.size === 0 && flow.start <= this.#now) this.#flows.delete(key);
  }
}
