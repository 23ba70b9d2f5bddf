/**
 * The world of a simulation: virtual time and the order of events. No real timer runs; between two events all promises
 * settle. Events of the same time happen in random order. The trace is a hash over all that happened.
 */
import { PriorityHeap } from '../../engine/core/priority-heap.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { WakeSignal } from '../../engine/ports/wake.ts';
import type { Random } from './random.ts';

/** 2026-03-01T00:00:00Z. */
export const START_MS = 1_772_323_200_000;

interface WorldEvent {
  readonly at: number;
  readonly tie: number;
  run: (() => void) | undefined;
}

export class World {
  readonly random: Random;
  /** ms since 1970, with fractions. */
  now = START_MS;
  /** Events that have happened. */
  steps = 0;
  trace = 0;
  /** Told of everything that happens, for people who look at one seed. */
  onNote: ((what: string, ms: number) => void) | undefined;
  /** The time of the world itself, as the store knows it. */
  readonly clock: Clock;
  readonly #events = new PriorityHeap<WorldEvent>((a, b) => (a.at === b.at ? a.tie < b.tie : a.at < b.at));

  constructor(random: Random) {
    this.random = random;
    this.clock = { now: () => Math.floor(this.now), sleep: (ms, signal) => this.sleep(ms, signal) };
  }

  /** Runs `work` at that time, or at once when it has passed. Answers how to call it off. */
  at(time: number, work: () => void): () => void {
    const event: WorldEvent = { at: Math.max(time, this.now), tie: this.random.next(), run: work };
    this.#events.push(event);
    return () => {
      event.run = undefined;
    };
  }

  after(ms: number, work: () => void): () => void {
    return this.at(this.now + Math.max(0, ms), work);
  }

  sleep(ms: number, signal?: WakeSignal): Promise<void> {
    return sleepOn((work) => this.after(ms, work), signal);
  }

  /** Adds something that happened to the trace. */
  note(what: string): void {
    this.onNote?.(what, this.now - START_MS);
    let hash = this.trace ^ Math.floor(this.now * 1_000);
    for (let i = 0; i < what.length; i++) hash = Math.imul(hash ^ what.charCodeAt(i), 0x01000193);
    this.trace = hash;
  }

  /** Lets time pass until `isOver` says so, until `endMs`, or until nothing is left to happen. */
  async run(endMs: number, isOver: () => boolean): Promise<void> {
    await settle();
    for (;;) {
      const event = this.#events.pop();
      if (!event) return;
      if (event.at > endMs) {
        this.#events.push(event);
        this.now = Math.max(this.now, endMs);
        return;
      }
      if (!event.run) continue;
      this.now = Math.max(this.now, event.at);
      this.steps++;
      event.run();
      await settle();
      if (isOver()) return;
    }
  }
}

/** A sleep over any way to be woken. */
export function sleepOn(wake: (work: () => void) => () => void, signal?: WakeSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const callOff = wake(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    });
    const end = () => {
      callOff();
      resolve();
    };
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Resolves once every promise that can settle has: ticks run only when no microtask is left. */
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
