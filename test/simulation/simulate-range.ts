/** Runs a range of seeds and says what went wrong, for tests. */
import { Coverage } from './coverage.ts';
import { describeFailure } from './report.ts';
import { simulate } from './simulate.ts';

export interface RangeResult {
  readonly failures: readonly string[];
  /** What no seed has reached. */
  readonly missing: readonly string[];
}

export async function simulateRange(start: number, count: number): Promise<RangeResult> {
  const coverage = new Coverage();
  const failures: string[] = [];
  for (let seed = start; seed < start + count; seed++) {
    const outcome = await simulate(seed);
    coverage.add(outcome);
    if (outcome.violations.length > 0) failures.push(describeFailure(outcome));
    // Lets the test runner breathe: a simulation uses no real timer at all.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { failures, missing: coverage.missing() };
}
