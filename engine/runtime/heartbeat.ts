/**
 * Says every 500 ms, on each shard where a worker holds claims, that its session lives, and stops the attempts that the shard
 * wants stopped. A shard that does not answer delays no other.
 */
import { isCancelling } from '../core/run-part.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClientStore, WorkerStore } from '../ports/shard-store.ts';
import type { Attempt } from './attempt/attempt.ts';

const BEAT_MS = 500;

export interface HeartbeatOptions {
  /** Without `readHeader` the grace period is always the worker's own. */
  readonly store: Pick<WorkerStore, 'beat'> & Partial<Pick<ClientStore, 'readHeader'>>;
  readonly session: string;
  readonly clock: Clock;
  /** All attempts whose claims are held, whether they still work or wait for their outcome to be taken. */
  readonly held: ReadonlyMap<string, Attempt>;
  readonly onFailure: (error: unknown) => void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #unanswered = new Set<number>();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Beats until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await clock.sleep(BEAT_MS, signal);
      if (signal.aborted) return;
      this.beatAll();
    }
  }

  beatAll(): void {
    for (const [shard, attempts] of this.#groupByShard()) {
      if (!this.#unanswered.has(shard)) void this.#beat(shard, attempts);
    }
  }

  /** A cancelled run says how long its work may take to end. If that cannot be read, the work is stopped all the same. */
  async #stop(attempt: Attempt): Promise<void> {
    const { store, onFailure } = this.#options;
    if (attempt.isStopping || store.readHeader === undefined) return attempt.stopAsTold();
    const header = await store.readHeader(attempt.name.run).catch(onFailure);
    attempt.stopAsTold(header && isCancelling({ header }) ? header.cancel?.graceMs : undefined);
  }

  #groupByShard(): ReadonlyMap<number, readonly Attempt[]> {
    const shards = new Map<number, Attempt[]>();
    for (const attempt of this.#options.held.values()) {
      const group = shards.get(attempt.claim.shard);
      if (group) group.push(attempt);
      else shards.set(attempt.claim.shard, [attempt]);
    }
    return shards;
  }

  async #beat(shard: number, attempts: readonly Attempt[]): Promise<void> {
    const { store, session, onFailure } = this.#options;
    this.#unanswered.add(shard);
    try {
      const claims = attempts.map(({ claim }) => ({ flight: claim.flight, delivery: claim.delivery }));
      const toStop = new Set(await store.beat(shard, session, claims));
      for (const attempt of attempts) if (toStop.has(attempt.claim.flight)) void this.#stop(attempt);
    } catch (error) {
      onFailure(error);
    } finally {
      this.#unanswered.delete(shard);
    }
  }
}
