/** When a failed attempt is tried again, and after how long. One backoff is one row of the table. */

export type Backoff = 'fixed' | 'linear' | 'exponential';

export interface RetryPolicy {
  /** Attempts in all, the first counted. 1 means no retry. */
  readonly attempts: number;
  /** Pause before the second attempt, ms. */
  readonly delayMs: number;
  readonly backoff: Backoff;
  /** Growth of `exponential` from one pause to the next. */
  readonly factor: number;
  /** No pause of our own is longer, ms; one that the failed work asks for may be. */
  readonly maxDelayMs: number;
  /** 0 to 1: the pause is shortened by up to this share, at random. */
  readonly jitter: number;
  /** No new attempt begins later than this after the first one's start, ms. */
  readonly budgetMs?: number;
  /** Expression over `error`, without braces; false → no further attempt. */
  readonly on?: string;
}

export const NO_RETRY: RetryPolicy = {
  attempts: 1,
  delayMs: 1_000,
  backoff: 'exponential',
  factor: 2,
  maxDelayMs: 3_600_000,
  jitter: 0,
};

const PAUSE = {
  fixed: (policy) => policy.delayMs,
  linear: (policy, failed) => policy.delayMs * failed,
  exponential: (policy, failed) => policy.delayMs * policy.factor ** (failed - 1),
} satisfies Record<Backoff, (policy: RetryPolicy, failed: number) => number>;

export const BACKOFFS = Object.keys(PAUSE) as readonly Backoff[];

export interface FailedAttempt {
  /** Failed attempts of this generation so far, at least 1. */
  readonly failed: number;
  readonly now: number;
  /** Start of the generation's first attempt, ms. */
  readonly firstStartedAt: number;
  /** The pause that the failed work asked for (http's Retry-After), ms. */
  readonly retryAfterMs?: number;
  /** 0 to 1, from a seed, so that the same decision is made again on replay. */
  readonly random: number;
}

/** Milliseconds until the next attempt, or undefined when there is none. `on` is asked by the caller. */
export function nextRetryDelay(policy: RetryPolicy, attempt: FailedAttempt): number | undefined {
  if (attempt.failed >= policy.attempts) return undefined;
  const pause = Math.min(PAUSE[policy.backoff](policy, attempt.failed), policy.maxDelayMs);
  const jittered = Math.round(pause * (1 - policy.jitter * attempt.random));
  const delay = Math.max(jittered, attempt.retryAfterMs ?? 0);
  const tooLate =
    policy.budgetMs !== undefined && attempt.now + delay > attempt.firstStartedAt + policy.budgetMs;
  return tooLate ? undefined : delay;
}
