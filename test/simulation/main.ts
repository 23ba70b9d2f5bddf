/**
 * `npm run simulate -- --seeds N [--start K]` or `--seed S [--verbose]`: runs simulations, prints what they reached, and ends
 * with 1 when an invariant was violated or something was never reached. `--only schedules` or `--only times` simulates the clocks of
 * triggers instead.
 */
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { describeFailure, hex } from './report.ts';
import { type Outcome, simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    start: { type: 'string', default: '1' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    /** Stop at the first seed that fails. */
    bail: { type: 'boolean', default: false },
    only: { type: 'string', default: 'runs' },
  },
});
const SHOWN_FAILURES = 10;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function one(seed: number): Promise<Outcome> {
  if (!values.verbose) return simulate(seed);
  return simulate(seed, { onNote: (what, ms) => say(`${ms.toFixed(1).padStart(10)}  ${what}`) });
}

async function main(): Promise<number> {
  const single = values.seed === undefined ? undefined : Number(values.seed);
  const start = single ?? Number(values.start);
  const count = single === undefined ? Number(values.seeds) : 1;
  const coverage = new Coverage();
  const began = performance.now();
  let failures = 0;
  for (let seed = start; seed < start + count; seed++) {
    const outcome = await one(seed);
    coverage.add(outcome);
    if (outcome.violations.length > 0 && ++failures <= SHOWN_FAILURES) say(describeFailure(outcome));
    if (failures > 0 && values.bail) return 1;
    if (single !== undefined)
      say(
        `seed ${seed}: trace ${hex(outcome.trace)}, ${outcome.steps} steps, ${outcome.violations.length} violations`,
      );
  }
  if (single !== undefined) return failures > 0 ? 1 : 0;
  for (const line of [...coverage.lines(), ...coverage.pairs.lines()]) say(line);
  const missing = coverage.missing();
  for (const goal of missing) say(`never reached: ${goal}`);
  const ms = (performance.now() - began) / count;
  say(
    `${count} seeds from ${start}: ${failures} failed, ${missing.length} goals never reached, ${ms.toFixed(1)} ms a seed`,
  );
  return failures > 0 || missing.length > 0 ? 1 : 0;
}

/** What is simulated of triggers, apart from what becomes of their runs. They compile workflows, which runs alone need not. */
const OF_TRIGGERS = {
  schedules: async () => (await import('./schedules/simulate-schedules.ts')).simulateSchedules,
  times: async () => (await import('./times/simulate-times.ts')).simulateTimes,
};

async function triggers(kind: keyof typeof OF_TRIGGERS): Promise<number> {
  const [start, count] = values.seed === undefined ? [values.start, values.seeds] : [values.seed, '1'];
  const simulateOne = await OF_TRIGGERS[kind]();
  let failures = 0;
  let runs = 0;
  for (let seed = Number(start); seed < Number(start) + Number(count); seed++) {
    const outcome = await simulateOne(seed);
    runs += outcome.runs;
    if (outcome.violations.length === 0) continue;
    if (++failures <= SHOWN_FAILURES) say(`seed ${seed} fails:\n  ${outcome.violations.join('\n  ')}`);
    if (values.bail) return 1;
  }
  say(`${count} seeds of ${kind} from ${start}: ${failures} failed, ${runs} runs`);
  return failures > 0 ? 1 : 0;
}

process.exitCode =
  values.only === 'schedules' || values.only === 'times' ? await triggers(values.only) : await main();
