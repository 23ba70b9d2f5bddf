/** How long runs of a workflow usually take at most: what 95 of 100 of those that succeeded did not exceed. Pure. */
import type { RunSample } from './run-sample.ts';

/** Runs that must have succeeded before anything is called usual. */
const LEAST = 5;
const QUANTILE = 0.95;

/** ms; null when too few runs have taught it. */
export function usualMsOf(samples: readonly Pick<RunSample, 'run' | 'ms'>[]): number | null {
  const times = [...new Map(samples.map(({ run, ms }) => [run, ms])).values()].sort((a, b) => a - b);
  if (times.length < LEAST) return null;
  return times[Math.ceil(QUANTILE * times.length) - 1] ?? null;
}
