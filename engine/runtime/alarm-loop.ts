/**
 * One sleep for many alarms. Attempts and log buffers are due at times of their own; a timer for each would cost more than
 * a short task itself, so one loop sleeps until the next due time and rings all that are due. It sleeps only while something
 * is due at all, and never less than 5 ms, so alarms may ring that much late, never early.
 */
import type { Clock } from '../ports/clock.ts';
import { Wake } from '../ports/wake.ts';

export interface Alarmed {
  /** When to ring next, ms of the clock; `Infinity` when there is nothing to come. */
  dueMs(): number;
  /** Called once due. Never throws; afterwards `dueMs` lies in the future. */
  ring(now: number): void;
}

const SHORTEST_SLEEP_MS = 5;
/** An idle loop ends its sleep early if there is more than this left of it. */
const LONG_SLEEP_MS = 1_000;

export class AlarmLoop {
  readonly #clock: Clock;
  readonly #watched = new Set<Alarmed>();
  #wake = new Wake();
  #isRunning = false;
  #sleepsUntil = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rings it from now on. To be called again when its due time has moved to an earlier one. */
  watch(alarmed: Alarmed): void {
    if (this.#isClosed) return;
    this.#watched.add(alarmed);
    if (!this.#isRunning) void this.#run();
    else if (alarmed.dueMs() < this.#sleepsUntil) this.#wake.wake();
  }

  forget(alarmed: Alarmed): void {
    this.#watched.delete(alarmed);
    if (this.#watched.size === 0 && this.#sleepsUntil - this.#clock.now() > LONG_SLEEP_MS) this.#wake.wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#watched.clear();
    this.#wake.wake();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let due = this.#nextDue(); due !== Number.POSITIVE_INFINITY; due = this.#nextDue()) {
      await this.#sleepUntil(due);
      const now = this.#clock.now();
      for (const alarmed of this.#watched) if (alarmed.dueMs() <= now) alarmed.ring(now);
    }
    this.#isRunning = false;
  }

  async #sleepUntil(due: number): Promise<void> {
    if (this.#wake.aborted) this.#wake = new Wake();
    this.#sleepsUntil = due;
    await this.#clock.sleep(Math.max(due - this.#clock.now(), SHORTEST_SLEEP_MS), this.#wake);
    this.#sleepsUntil = Number.NEGATIVE_INFINITY;
  }

  #nextDue(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const alarmed of this.#watched) next = Math.min(next, alarmed.dueMs());
    return next;
  }
}
