import { expect, it } from 'vitest';
import { simulateTimes } from './simulate-times.ts';

const SEEDS = 16;

it(`each logical time has one run, across changes of clocks and definitions and in backfills, in ${SEEDS} random histories`, async () => {
  const failures: string[] = [];
  const faults = new Set<string>();
  const zones = new Set<string>();
  let runs = 0;
  let backfilled = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await simulateTimes(seed);
    if (outcome.violations.length > 0)
      failures.push(`seed ${seed}: ${outcome.violations.slice(0, 4).join('; ').slice(0, 700)}`);
    for (const fault of outcome.faults.keys()) faults.add(fault);
    zones.add(outcome.zone);
    runs += outcome.runs;
    backfilled += outcome.backfilled;
    // Lets the test runner breathe: a simulation uses no real timer at all.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(failures).toEqual([]);
  expect(runs / SEEDS).toBeGreaterThan(40);
  expect(backfilled / SEEDS).toBeGreaterThan(5);
  expect(faults.size).toBeGreaterThan(15);
  expect(zones.size).toBe(3);
}, 240_000);
