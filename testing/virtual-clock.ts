/** The time of a test: it stands still while anything can be done, then moves straight to the next moment that matters. */
import { PriorityHeap } from '../engine/core/priority-heap.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { WakeSignal } from '../engine/ports/wake.ts';

interface Sleeper {
  readonly at: number;
  readonly number: number;
  isOver: boolean;
  wake(): void;
}

export class VirtualClock implements Clock {
  #now: number;
  #slept = 0;
  readonly #sleepers = new PriorityHeap<Sleeper>((a, b) =>
    a.at === b.at ? a.number < b.number : a.at < b.at,
  );

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: WakeSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.#now + Math.max(0, Math.ceil(ms)),
        number: this.#slept++,
        isOver: false,
        wake() {
          sleeper.isOver = true;
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** When the next sleeper wants to be woken. */
  nextAt(): number | undefined {
    this.#forgetWoken();
    return this.#sleepers.first?.at;
  }

  /** Moves on to `time` and wakes who is due, in order. What they do then comes later, when the caller lets it. */
  moveTo(time: number): void {
    this.#now = Math.max(this.#now, time);
    for (let at = this.nextAt(); at !== undefined && at <= this.#now; at = this.nextAt())
      this.#sleepers.pop()?.wake();
  }

  #forgetWoken(): void {
    while (this.#sleepers.first?.isOver === true) this.#sleepers.pop();
  }
}
