import { describe, expect, it } from 'vitest';
import { expiryOf, mergeRetention, parseRetention } from '../../../engine/core/retention.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 31);
const aRun = (status: 'succeeded' | 'failed' | 'cancelled', days: number, newer = 0) => ({
  status,
  finishedAt: NOW - days * DAY,
  newer,
});

describe('an ended run', () => {
  it('expires by the age of its status', () => {
    const retention = { ageMs: { succeeded: 7 * DAY, failed: 30 * DAY } };
    const expired = (run: ReturnType<typeof aRun>) => expiryOf(run, retention, NOW) !== undefined;
    expect(
      [aRun('succeeded', 6), aRun('succeeded', 7), aRun('failed', 29), aRun('cancelled', 999)].map(expired),
    ).toEqual([false, true, false, false]);
  });

  it('expires by the number of newer ones', () => {
    const expired = (newer: number) => expiryOf(aRun('failed', 1, newer), { count: 2 }, NOW) !== undefined;
    expect([0, 1, 2, 3].map(expired)).toEqual([false, false, true, true]);
  });

  it('is kept for a minute whatever the bounds say', () => {
    const run = { status: 'succeeded' as const, finishedAt: NOW - 59_000, newer: 9 };
    expect(expiryOf(run, { ageMs: { succeeded: 0 }, count: 0 }, NOW)).toBeUndefined();
  });

  it('is kept for ever without bounds', () => {
    expect(expiryOf(aRun('succeeded', 9_999, 9_999), {}, NOW)).toBeUndefined();
  });
});

describe('bounds', () => {
  it('of a workflow go before those of the installation', () => {
    const merged = mergeRetention({ ageMs: { failed: 1 } }, { ageMs: { failed: 2, succeeded: 3 }, count: 4 });
    expect(merged).toEqual({ ageMs: { failed: 1, succeeded: 3 }, count: 4 });
  });

  it('are read from one text', () => {
    expect(parseRetention('age=30d, failed=90d,count=500')).toEqual({
      retention: { ageMs: { succeeded: 30 * DAY, failed: 90 * DAY, cancelled: 30 * DAY }, count: 500 },
    });
    expect(parseRetention('succeeded=7')).toHaveProperty('problem');
    expect(parseRetention('running=7d')).toHaveProperty('problem');
  });
});
