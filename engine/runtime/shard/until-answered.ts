/** Repeats calls that are idempotent, as those of a shard's owner to its store are, for as long as it lives. */
import type { Clock } from '../../ports/clock.ts';
import type { CalmLogger } from '../calm-logger.ts';

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

export interface Persistence {
  readonly clock: Clock;
  readonly complaints: CalmLogger;
  /** Aborts when the owner is stopped. */
  readonly signal: AbortSignal;
}

/** The answer, or undefined when the owner was stopped before there was one. */
export async function untilAnswered<T>(
  { clock, complaints, signal }: Persistence,
  complaint: string,
  call: () => Promise<T>,
): Promise<{ readonly answer: T } | undefined> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return { answer: await call() };
    } catch (thrown) {
      complaints.warn(complaint, thrown);
      await clock.sleep(pauseMs, signal);
      if (signal.aborted) return undefined;
    }
  }
}
