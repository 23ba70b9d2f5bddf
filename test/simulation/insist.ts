/** A user who does not give up: repeats a call through outages until it is answered. */
import { SluiceError, type SluiceErrorCode } from '../../engine/core/errors.ts';
import type { Clock } from '../../engine/ports/clock.ts';

const PAUSE_MS = 150;

/** Answers that a repetition would not change: a store that went back may have lost the run, or its plans, between two readings. */
const FINAL: readonly SluiceErrorCode[] = [
  'run_not_found',
  'node_not_found',
  'not_possible',
  'invalid_record',
  'workflow_not_found',
];

/** Undefined when the store has no such run (any more), or refuses. */
export async function insist<T>(clock: Clock, call: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      if (!(thrown instanceof SluiceError)) throw thrown;
      if (FINAL.includes(thrown.code)) return undefined;
      if (!thrown.code.startsWith('redis_') && thrown.code !== 'no_answer') throw thrown;
      await clock.sleep(PAUSE_MS);
    }
  }
}
