/** Virtual time: what is to happen, in order. Nothing waits in reality. */
import { PriorityHeap } from '../../engine/core/priority-heap.ts';

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class Timeline {
  /** ms since the beginning. */
  now = 0;
  #order = 0;
  readonly #heap = new PriorityHeap<Happening>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));

  at(time: number, run: () => void): void {
    this.#heap.push({ at: Math.max(time, this.now), order: this.#order++, run });
  }

  /** Lets all happen that comes before `untilMs`. */
  runUntil(untilMs: number): void {
    for (let next = this.#heap.first; next && next.at < untilMs; next = this.#heap.first) {
      this.#heap.pop();
      this.now = next.at;
      next.run();
    }
    this.now = Math.max(this.now, untilMs);
  }
}

/** What does one thing after another: a process on its core, or Redis. */
export class Server {
  /** Time at work so far, ms. */
  busyMs = 0;
  #freeAt = 0;
  readonly #share: number;

  /** `share`: what is left of its time by what it does besides, 0 to 1. */
  constructor(share = 1) {
    this.#share = Math.max(0.01, share);
  }

  /** Answers when the work is done that arrives at `at` and takes `ms`. */
  take(at: number, ms: number): number {
    const needed = ms / this.#share;
    this.busyMs += ms;
    this.#freeAt = Math.max(at, this.#freeAt) + needed;
    return this.#freeAt;
  }
}
