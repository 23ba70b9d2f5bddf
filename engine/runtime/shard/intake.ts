/**
 * What the shards of an orchestrator take in: so many runs that have not ended, and none while the store's memory runs short.
 * Said to each shard, where every start from outside is checked against it. What the engine itself starts (sub-workflows,
 * schedules) is not held back: a run that waits for its sub-workflow would otherwise hold the place that it needs.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Lease, OwnerStore } from '../../ports/shard-store.ts';

export interface IntakeSettings {
  /** Runs of all shards that have not ended; split evenly, since a run's id decides its shard. 0: no limit. */
  readonly maxRuns: number;
  /** Share of the store's memory limit at which no run is taken any more. Default 0.9. */
  readonly closeAt?: number;
}

const CLOSE_AT = 0.9;
/** Below that by so much, runs are taken again. */
const OPEN_BELOW = 0.05;
const LOOK_MS = 1_000;
/** A shard stays closed for so long after the last look that found memory short, ms. */
const CLOSED_MS = 5_000;

export class Intake {
  readonly #store: Pick<OwnerStore, 'setIntake' | 'memoryUsed'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #closeAt: number;
  readonly #maxLive: number;
  /** Tokens of leases whose shards know the limit, and were not told to close since. */
  #told = new Set<string>();
  #isClosed = false;
  #lookAt = 0;

  constructor(
    store: Pick<OwnerStore, 'setIntake' | 'memoryUsed'>,
    clock: Pick<Clock, 'now'>,
    settings: IntakeSettings & { readonly shards: number },
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#closeAt = settings.closeAt ?? CLOSE_AT;
    this.#maxLive = settings.maxRuns === 0 ? 0 : Math.max(1, Math.ceil(settings.maxRuns / settings.shards));
  }

  /** Tells shards what they do not know yet. Call it often; it asks the store once a second. */
  async keep(leases: readonly Lease[]): Promise<void> {
    const isDue = this.#clock.now() >= this.#lookAt;
    if (isDue) await this.#look();
    const ignorant = leases.filter(({ token }) => (isDue && this.#isClosed) || !this.#told.has(token));
    const closedMs = this.#isClosed ? CLOSED_MS : 0;
    await Promise.all(
      ignorant.map((lease) => this.#store.setIntake(lease, { maxLive: this.#maxLive, closedMs })),
    );
    this.#told = new Set(leases.map(({ token }) => token));
  }

  async #look(): Promise<void> {
    this.#lookAt = this.#clock.now() + LOOK_MS;
    const used = await this.#store.memoryUsed();
    const wasClosed = this.#isClosed;
    this.#isClosed = used >= this.#closeAt || (wasClosed && used > this.#closeAt - OPEN_BELOW);
    if (wasClosed && !this.#isClosed) this.#told.clear();
  }
}
