/** Says what goes wrong again and again at most once a second, with the number of times it was not said. */
import { messageOf } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

const QUIET_MS = 1_000;

export class CalmLogger {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  warn(message: string, error: unknown): void {
    const now = this.#clock.now();
    if (now < this.#quietUntil) {
      this.#unsaid++;
      return;
    }
    const unsaid = this.#unsaid;
    this.#quietUntil = now + QUIET_MS;
    this.#unsaid = 0;
    this.#logger.warn(message, { error: messageOf(error), ...(unsaid > 0 && { unsaid }) });
  }
}
