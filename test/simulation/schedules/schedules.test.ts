import { expect, it } from 'vitest';
import { simulateSchedules } from './simulate-schedules.ts';

const SEEDS = 50;

it(`starts every tick once, respects overlap, and follows each success once, in ${SEEDS} random histories`, async () => {
  const failures: string[] = [];
  const faults = new Set<string>();
  let runs = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await simulateSchedules(seed);
    if (outcome.violations.length > 0) failures.push(`seed ${seed}: ${outcome.violations.join('; ')}`);
    for (const fault of outcome.faults.keys()) faults.add(fault);
    runs += outcome.runs;
    // Lets the test runner breathe: a simulation uses no real timer at all.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(failures).toEqual([]);
  expect(runs / SEEDS).toBeGreaterThan(20);
  expect(faults.size).toBeGreaterThan(15);
}, 120_000);
