import { expect, it } from 'vitest';
import { processValues, type Sample, trendsOf } from './samples.ts';

const sampled = (valueAt: (minute: number) => number): Sample[] =>
  Array.from({ length: 60 }, (_, minute) => ({
    at: minute * 60_000,
    values: new Map([['m', valueAt(minute)]]),
  }));
const WARM_UP_MS = 10 * 60_000;

it.each([
  ['steady', () => 100, true, 0],
  ['growing', (minute: number) => 100 + minute, false, 60],
  ['growing while it warms up', (minute: number) => 100 + Math.min(minute, 10) * 20, true, 0],
  ['shrinking', (minute: number) => 200 - minute, true, -60],
  ['small and growing by a little', (minute: number) => 20 + minute / 10, true, 6],
] as const)('what is %s is told from its thirds and its slope', (_what, valueAt, isFlat, slope) => {
  const [trend] = trendsOf(sampled(valueAt), WARM_UP_MS);
  expect(trend).toMatchObject({ what: 'm', isFlat, slopePerHour: expect.closeTo(slope, 5) });
});

it.skipIf(process.platform !== 'linux')('a process is measured as the system counts it', () => {
  const { rssMib, descriptors } = processValues(process.pid);
  expect(rssMib).toBeGreaterThan(10);
  expect(rssMib * 2 ** 20).toBeLessThan(4 * process.memoryUsage.rss());
  expect(descriptors).toBeGreaterThan(2);
});
