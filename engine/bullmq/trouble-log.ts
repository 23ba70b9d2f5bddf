/** Logs the errors of one BullMQ object at most once a second: a Redis that is away or full fails thousands of calls. */
import { ErrorCode } from 'bullmq';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../ports/logger.ts';

const QUIET_MS = 1000;
/** What BullMQ answers to who finishes, or hands back, a job that is no longer its own. */
const NO_LONGER_OWN: readonly unknown[] = [
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
];

export interface TroubleLog {
  /** Never throws, so that it can be an `error` listener: without one, an error of BullMQ ends the process. */
  report(error: unknown): void;
}

export function createTroubleLog(logger: Logger, subject: string): TroubleLog {
  const warn = seldom((text, fields) => logger.warn(`${subject}: ${text}`, fields));
  // Apart, so that it keeps no trouble from being said.
  const inform = seldom((text, fields) => logger.info(`${subject}: ${text}`, fields));
  return {
    report(error) {
      if (isOfLostLock(error)) inform(LOST_LOCK);
      else warn(messageOf(error));
    },
  };
}

/** Says at most one text in `QUIET_MS`. */
function seldom(say: Logger['warn']): (text: string) => void {
  let quietUntil = 0;
  let unsaid = 0;
  return (text) => {
    const now = Date.now();
    if (now < quietUntil) {
      unsaid += 1;
      return;
    }
    say(text, unsaid === 0 ? undefined : { errors_not_logged: unsaid });
    quietUntil = now + QUIET_MS;
    unsaid = 0;
  };
}

/** No trouble: the verdict was told to the engine before, and a ticket that comes again is refused if its node has settled. */
const LOST_LOCK =
  'the lock of a ticket ran out, since Redis was away or this process stood still: another worker has the ticket, or it comes again; what has ended is not repeated';

function isOfLostLock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_LONGER_OWN.includes(error.code);
}
