/** What a shard is told of an attempt before its outcome: that it started, once it has gone on for 100 ms, and its progress. */
import type { AttemptName, InboxMessage } from '../../core/message.ts';
import type { Clock } from '../../ports/clock.ts';

/** Work that ends sooner is told of by its outcome alone. */
const STARTED_AFTER_MS = 100;
/** Between two messages on progress, and before a message that was not taken is sent again. */
const PAUSE_MS = 1_000;
const NEVER = Number.POSITIVE_INFINITY;

export interface AttemptNewsOptions {
  readonly name: AttemptName;
  readonly delivery: number;
  /** Time of the claim, the store's clock, ms. */
  readonly at: number;
  readonly worker: string;
  readonly clock: Clock;
  /** Sends messages to the shard; never rejects, answers whether they were taken. */
  readonly tell: (messages: readonly InboxMessage[]) => Promise<boolean>;
  /** Called when `dueMs` has become earlier. */
  readonly onDue: () => void;
}

export class AttemptNews {
  readonly #options: AttemptNewsOptions;
  #startedDueMs: number;
  #progressDueMs = NEVER;
  #progressFreeMs = 0;
  #progress = 0;
  #toldProgress = 0;

  constructor(options: AttemptNewsOptions) {
    this.#options = options;
    this.#startedDueMs = options.clock.now() + STARTED_AFTER_MS;
  }

  dueMs(): number {
    return Math.min(this.#startedDueMs, this.#progressDueMs);
  }

  noteProgress(fraction: number): void {
    if (!Number.isFinite(fraction)) return;
    this.#progress = Math.min(1, Math.max(0, fraction));
    if (this.#progress === this.#toldProgress || this.#progressDueMs !== NEVER) return;
    // Never before `started`, which makes the attempt known as running.
    const startedDueMs = this.#startedDueMs === NEVER ? 0 : this.#startedDueMs;
    this.#progressDueMs = Math.max(this.#options.clock.now(), this.#progressFreeMs, startedDueMs);
    this.#options.onDue();
  }

  ring(now: number): void {
    const news = [...this.#takeStarted(now), ...this.#takeProgress(now)];
    if (news.length > 0) void this.#tell(news);
  }

  #takeStarted(now: number): InboxMessage[] {
    if (now < this.#startedDueMs) return [];
    this.#startedDueMs = NEVER;
    const { name, delivery, worker, at } = this.#options;
    return [{ type: 'started', ...name, delivery, worker, at }];
  }

  #takeProgress(now: number): InboxMessage[] {
    if (now < this.#progressDueMs) return [];
    this.#progressDueMs = NEVER;
    this.#progressFreeMs = now + PAUSE_MS;
    if (this.#progress === this.#toldProgress) return [];
    this.#toldProgress = this.#progress;
    const { name, delivery } = this.#options;
    return [{ type: 'progress', ...name, delivery, fraction: this.#progress }];
  }

  async #tell(news: readonly InboxMessage[]): Promise<void> {
    const wasTaken = await this.#options.tell(news);
    if (wasTaken || news[0]?.type !== 'started') return;
    this.#startedDueMs = this.#options.clock.now() + PAUSE_MS;
    this.#options.onDue();
  }
}
