import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BACKOFFS,
  type Backoff,
  NO_RETRY,
  nextRetryDelay,
  type RetryPolicy,
} from '../../../engine/core/retry-policy.ts';

const policy = (change: Partial<RetryPolicy>): RetryPolicy => ({
  ...NO_RETRY,
  attempts: 6,
  delayMs: 1_000,
  ...change,
});
const pauseAfter = (given: RetryPolicy, failed: number, more = {}) =>
  nextRetryDelay(given, { failed, now: 0, firstStartedAt: 0, random: 0, ...more });

describe('pause before the next attempt', () => {
  it.each<[Backoff, number[]]>([
    ['fixed', [1_000, 1_000, 1_000, 1_000]],
    ['linear', [1_000, 2_000, 3_000, 4_000]],
    ['exponential', [1_000, 3_000, 9_000, 27_000]],
  ])('grows %s', (backoff, pauses) => {
    const given = policy({ backoff, factor: 3 });
    expect(pauses.map((_, i) => pauseAfter(given, i + 1))).toEqual(pauses);
  });

  it('is never longer than max_delay, however many attempts failed', () => {
    const given = policy({ attempts: 5_000, maxDelayMs: 7_000 });
    expect([3, 4, 4_000].map((failed) => pauseAfter(given, failed))).toEqual([4_000, 7_000, 7_000]);
  });

  it('is there while attempts are left', () => {
    expect(pauseAfter(policy({ attempts: 3 }), 2)).toBe(2_000);
    expect(pauseAfter(policy({ attempts: 3 }), 3)).toBeUndefined();
    expect(pauseAfter(NO_RETRY, 1)).toBeUndefined();
  });

  it('lies within the share that jitter may take off', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...BACKOFFS),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (backoff, jitter, random, failed) => {
          const full = pauseAfter(policy({ backoff }), failed) ?? -1;
          const pause = pauseAfter(policy({ backoff, jitter }), failed, { random }) ?? -1;
          expect(pause).toBeLessThanOrEqual(full);
          expect(pause).toBeGreaterThanOrEqual(Math.floor(full * (1 - jitter)));
          expect(Number.isInteger(pause)).toBe(true);
        },
      ),
    );
  });

  it('is as long as Retry-After asked for, when that is longer', () => {
    expect(pauseAfter(policy({ maxDelayMs: 2_000 }), 1, { retryAfterMs: 60_000 })).toBe(60_000);
    expect(pauseAfter(policy({}), 1, { retryAfterMs: 10 })).toBe(1_000);
  });

  it('is none when the next attempt would begin after the budget', () => {
    const given = policy({ budgetMs: 10_000 });
    expect(pauseAfter(given, 1, { now: 9_000 })).toBe(1_000);
    expect(pauseAfter(given, 1, { now: 9_001 })).toBeUndefined();
    expect(pauseAfter(given, 1, { retryAfterMs: 10_001 })).toBeUndefined();
  });
});
