/** The time of one shard: the store's, as far as this process knows it, and when the next of its timers is due. */
import type { Clock } from '../../ports/clock.ts';
import type { OwnerStore } from '../../ports/shard-store.ts';

const TIMERS_AT_ONCE = 500;

export interface ShardClockOptions {
  readonly store: Pick<OwnerStore, 'dueTimers'>;
  readonly clock: Clock;
  readonly shard: number;
  /** ms, from which on it goes. */
  readonly from: number;
}

export interface DueTimers {
  readonly keys: readonly string[];
  /** ms, the store's clock. */
  readonly now: number;
  /** More are due than were read. */
  readonly isPart: boolean;
  /** When the next one is due by this process' clock, apart from those. */
  readonly nextAt: number | undefined;
}

export class ShardClock {
  /** Time of the shard, ms: never goes back. */
  now: number;
  /** When the next timer is due by this process' clock, or undefined. */
  nextTimerAt: number | undefined;
  readonly #options: ShardClockOptions;
  #storeAhead = 0;

  constructor(options: ShardClockOptions) {
    this.#options = options;
    this.now = options.from;
  }

  /** The store's clock as this process knows it, ms. */
  storeNow(): number {
    return this.#options.clock.now() + this.#storeAhead;
  }

  /** What happened at this time, or later. */
  pass(ms: number): void {
    this.now = Math.max(this.now, ms);
  }

  /** Timers that are due stay so until they have been taken: `nextTimerAt` is then now. */
  async read(): Promise<DueTimers> {
    const { store, clock, shard } = this.#options;
    // From before the call: a process that is frozen while the answer lies there would else believe that its timers are
    // due as much later. Too early is harmless, since what is due is asked of the store.
    const asked = clock.now();
    const { now, due, nextMs } = await store.dueTimers(shard, TIMERS_AT_ONCE);
    this.pass(now);
    this.#storeAhead = now - asked;
    const nextAt = nextMs === undefined ? undefined : nextMs - this.#storeAhead;
    this.nextTimerAt = due.length > 0 ? clock.now() : nextAt;
    return { keys: due.map(([key]) => key), now, isPart: due.length === TIMERS_AT_ONCE, nextAt };
  }

  /** A timer was set to this time of the store, ms. */
  expect(dueMs: number): void {
    const at = dueMs - this.#storeAhead;
    if (this.nextTimerAt === undefined || at < this.nextTimerAt) this.nextTimerAt = at;
  }
}
