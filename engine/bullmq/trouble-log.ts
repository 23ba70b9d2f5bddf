/** Logs the errors of one BullMQ object at most once a second: a Redis that is away or full fails thousands of calls. */
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../ports/logger.ts';

const QUIET_MS = 1000;

export interface TroubleLog {
  /** Never throws, so that it can be an `error` listener: without one, an error of BullMQ ends the process. */
  report(error: unknown): void;
}

export function createTroubleLog(logger: Logger, subject: string): TroubleLog {
  let quietUntil = 0;
  let unsaid = 0;
  return {
    report(error) {
      const now = Date.now();
      if (now < quietUntil) {
        unsaid += 1;
        return;
      }
      logger.warn(
        `${subject}: ${messageOf(error)}`,
        unsaid === 0 ? undefined : { errors_not_logged: unsaid },
      );
      quietUntil = now + QUIET_MS;
      unsaid = 0;
    },
  };
}
