/**
 * The lines of runs in the lists for people, on their way to the index: one call for all that change within a moment, so that
 * the lists keep off the way of runs that live for a few milliseconds. While Redis is away only the last line of each run is kept.
 */
import type { RunSample } from '../../core/progress/run-sample.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunIndex, RunSummary } from '../../ports/run-index.ts';

/** Changes gather for so long, ms. */
const GATHER_MS = 25;
const AFTER_FAILURE_MS = 500;

export class RunLines implements Pick<RunIndex, 'record' | 'teach'> {
  readonly #index: Pick<RunIndex, 'record' | 'teach'>;
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #waiting: RunSummary[] = [];
  #sending: Promise<void> | undefined;

  constructor(index: Pick<RunIndex, 'record' | 'teach'>, clock: Clock) {
    this.#index = index;
    this.#clock = clock;
  }

  /** Resolves when it is noted, not when it is stored. */
  async record(...summaries: readonly RunSummary[]): Promise<void> {
    this.#waiting.push(...summaries);
    this.#sending ??= this.#sendAll();
  }

  /** Best effort: what is lost is learned from the next run. */
  async teach(sample: RunSample): Promise<void> {
    await this.#index.teach(sample).catch(() => {});
  }

  /** Stores what is left, once. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    let pauseMs = GATHER_MS;
    while (this.#waiting.length > 0) {
      await this.#clock.sleep(pauseMs, this.#stopped.signal);
      const isLast = this.#stopped.signal.aborted;
      pauseMs = (await this.#sendOnce()) ? GATHER_MS : AFTER_FAILURE_MS;
      if (isLast) break;
    }
    this.#sending = undefined;
  }

  /** What could not be stored waits on. */
  async #sendOnce(): Promise<boolean> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      await this.#index.record(...batch);
      return true;
    } catch {
      const last = new Map([...batch, ...this.#waiting].map((summary) => [summary.id, summary]));
      this.#waiting = [...last.values()];
      return false;
    }
  }
}
