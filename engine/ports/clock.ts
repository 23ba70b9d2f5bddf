import type { WakeSignal } from './wake.ts';

/** Time, as the roles see it. One adapter uses the real clock; the simulation brings its own. */
export interface Clock {
  /** ms since 1970, of this process. Never compared with Redis' time. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
  sleep(ms: number, signal?: WakeSignal): Promise<void>;
}
