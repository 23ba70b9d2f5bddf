/**
 * Logs whose attempts have ended before the store had all of their lines. A worker that stops waits for them a little; lines
 * that are lost are told with their number, for nobody will find them missing.
 */
import type { LogName } from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';

/** The log of an attempt, on its way. */
interface UnstoredLog {
  readonly unstored: number;
}

export class UnstoredLogs {
  readonly #logger: Logger;
  readonly #logs = new Set<UnstoredLog>();
  #whenEmpty: (() => void) | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(log: UnstoredLog): void {
    this.#logs.add(log);
  }

  delete(log: UnstoredLog): void {
    this.#logs.delete(log);
    if (this.#logs.size === 0) this.#whenEmpty?.();
  }

  /** Resolves when all are stored, or given up. */
  empty(): Promise<void> {
    if (this.#logs.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  giveUp({ run, node, attempt }: LogName, lines: number): void {
    this.#logger.error('lines of a log are lost: the log store did not take them', {
      run,
      node,
      attempt,
      lines,
    });
  }

  /** Nobody will send them any more. */
  close(): void {
    let lines = 0;
    for (const { unstored } of this.#logs) lines += unstored;
    if (lines > 0)
      this.#logger.error(
        'lines of logs are lost: the log store did not take them before the worker stopped',
        {
          logs: this.#logs.size,
          lines,
        },
      );
    this.#logs.clear();
  }
}
