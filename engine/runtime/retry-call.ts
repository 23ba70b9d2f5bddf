/** Repeats a call until it answers. For calls that are idempotent by contract: the ports' methods. */
import { SluiceError, type SluiceErrorCode } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';

export interface RetryCallOptions {
  readonly clock: Clock;
  /** Ends the repetition: the last error is then thrown. */
  readonly signal: AbortSignal;
  /** Told of each failure. */
  readonly onFailure: (error: unknown) => void;
  /** Whether to try again after this error. Default: always, except after `closed`. */
  readonly isWorthRepeating?: (error: unknown) => boolean;
  /** Pause after the first failure, ms; doubles each time. Default 50. */
  readonly firstPauseMs?: number;
  /** Longest pause, ms. Default 1,000. */
  readonly maxPauseMs?: number;
}

const OUTAGES: ReadonlySet<SluiceErrorCode> = new Set<SluiceErrorCode>([
  'redis_unreachable',
  'redis_refused',
  'artifacts_unreachable',
]);

/** The call's answer. @throws the call's last error when the signal aborts or the error is not worth a repetition. */
export async function retryCall<T>(call: () => Promise<T>, options: RetryCallOptions): Promise<T> {
  const isWorthRepeating = options.isWorthRepeating ?? isNotClosed;
  let pauseMs = options.firstPauseMs ?? 50;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (options.signal.aborted || !isWorthRepeating(error)) throw error;
      options.onFailure(error);
      await options.clock.sleep(pauseMs, options.signal);
      if (options.signal.aborted) throw error;
      pauseMs = Math.min(pauseMs * 2, options.maxPauseMs ?? 1_000);
    }
  }
}

/** Whether the store is away or refuses for a while, as opposed to a mistake that a repetition would only repeat. */
export function isOutage(error: unknown): boolean {
  return error instanceof SluiceError && OUTAGES.has(error.code);
}

function isNotClosed(error: unknown): boolean {
  return !(error instanceof SluiceError && error.code === 'closed');
}
