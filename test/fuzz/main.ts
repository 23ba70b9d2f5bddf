/**
 * `npm run fuzz`: random workflows against the reference interpreter, and hostile inputs against all that reads what others
 * wrote. Everything comes from the seed. Ends with 1 when something was found, and says how to see it again.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../../engine/core/errors.ts';
import { fuzzDags } from './dags.ts';
import { type Finding, fuzz } from './fuzz.ts';
import { TARGETS } from './targets/index.ts';
import { watchForHangs } from './watchdog.ts';

const NAMES = ['dags', ...TARGETS.map(({ name }) => name)];
const USAGE = `npm run fuzz -- [options]
  --only NAME,…   of: ${NAMES.join(' ')} (default: all)
  --seconds N     processor time for each kind of input (default 60)
  --count N       random workflows, or inputs of each kind at most (default: 1000 workflows, any number of inputs)
  --seed N        the first seed (default 1)
`;

interface FuzzArguments {
  readonly only: readonly string[];
  readonly seconds: number;
  readonly count: number | undefined;
  readonly seed: number;
}

function readArguments(): FuzzArguments {
  const text = { type: 'string' as const };
  const { values } = parseArgs({ options: { only: text, seconds: text, count: text, seed: text } });
  const only = values.only?.split(',') ?? NAMES;
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`--only knows no "${unknown}".`);
  const number = (flag: 'seconds' | 'count' | 'seed', least: number) => {
    const given = values[flag];
    if (given === undefined) return undefined;
    if (Number.isFinite(Number(given)) && Number(given) >= least) return Number(given);
    throw new Error(`--${flag} takes a number from ${least} on, not "${given}".`);
  };
  const { seconds = 60, seed = 1 } = { seconds: number('seconds', 0), seed: number('seed', 0) };
  return { only, seconds: seconds ?? 60, count: number('count', 1), seed: seed ?? 1 };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function runDags({ count = 1_000, seed }: FuzzArguments): Promise<boolean> {
  const report = await fuzzDags(count, seed, (done) => process.stderr.write(`dags: ${done} of ${count}\n`));
  for (const { seed: at, differences } of report.mismatches)
    say(`dags, seed ${at}:\n  ${differences.join('\n  ')}`);
  say(`dags: ${count} workflows, ${report.tasks} tasks, ${report.mismatches.length} mismatches`);
  return report.mismatches.length === 0;
}

async function runTargets({ only, seconds, count, seed }: FuzzArguments): Promise<boolean> {
  const watchdog = watchForHangs();
  let isGood = true;
  for (const target of TARGETS.filter(({ name }) => only.includes(name))) {
    const budget = { seed, cpuMs: seconds * 1_000, inputs: count ?? Number.POSITIVE_INFINITY };
    const report = await fuzz(target, { ...budget, onInput: watchdog.note });
    for (const finding of report.findings) tell(target.name, finding);
    isGood &&= report.findings.length === 0;
    const memory = Math.round(process.resourceUsage().maxRSS / 1_024);
    say(
      `${target.name}: ${report.inputs} inputs, slowest ${Math.round(report.slowestMs)} ms, ${report.findings.length} findings; memory at most ${memory} MiB so far`,
    );
  }
  await watchdog.stop();
  return isGood;
}

function tell(target: string, { from, input, message }: Finding): void {
  const shown = input.length > 2_000 ? `${input.slice(0, 2_000)}… (${input.length} characters)` : input;
  say(`${target}, ${from}:\n  ${message}\n  input ${JSON.stringify(shown)}`);
}

try {
  const given = readArguments();
  const areDagsGood = !given.only.includes('dags') || (await runDags(given));
  const areInputsGood = await runTargets(given);
  process.exitCode = areDagsGood && areInputsGood ? 0 : 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
