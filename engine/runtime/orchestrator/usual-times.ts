/** How long runs of workflows usually take, for decisions: read when somebody asks, and again once a minute. */
import { usualMsOf } from '../../core/progress/usual-time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunIndex } from '../../ports/run-index.ts';

const REFRESH_MS = 60_000;
/** Workflows that are remembered. */
const MOST = 10_000;

interface Known {
  readonly readAt: number;
  /** Undefined while it is read for the first time. */
  readonly ms: number | null | undefined;
}

export class UsualTimes {
  readonly #index: Partial<Pick<RunIndex, 'taught'>>;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(index: Partial<Pick<RunIndex, 'taught'>>, clock: Clock) {
    this.#index = index;
    this.#clock = clock;
  }

  /** See `ShardFacts.usualMs`. */
  of(namespace: string, workflow: string): number | null | undefined {
    const key = JSON.stringify([namespace, workflow]);
    const known = this.#known.get(key);
    const now = this.#clock.now();
    if (known === undefined || now - known.readAt >= REFRESH_MS) {
      this.#note(key, { readAt: now, ms: known?.ms });
      void this.#read(key, namespace, workflow);
    }
    return known?.ms;
  }

  /** What could not be read is read again for who asks next. */
  async #read(key: string, namespace: string, workflow: string): Promise<void> {
    const samples = await this.#index.taught?.(namespace, workflow).catch(() => undefined);
    if (samples !== undefined) this.#note(key, { readAt: this.#clock.now(), ms: usualMsOf(samples) });
    else if (this.#known.get(key)?.ms === undefined) this.#known.delete(key);
  }

  #note(key: string, known: Known): void {
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }
}
