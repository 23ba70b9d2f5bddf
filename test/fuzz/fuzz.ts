/**
 * Fuzzes one target within a budget: first its corpus, then inputs made by chance, each from a seed of its own. An input may
 * take a second of processor time, and must leave the prototypes of the language alone.
 */
import { Random } from '../simulation/random.ts';
import { readCorpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import { isSame, photograph } from './prototypes.ts';
import { demand, type FuzzTarget } from './target.ts';

const MAX_CPU_MS = 1_000;
/** Inputs between two looks at the prototypes. */
const LOOK_EVERY = 50;

export interface Finding {
  /** File of the corpus, or the seed. */
  readonly from: string;
  readonly input: string;
  readonly message: string;
}

export interface FuzzReport {
  readonly target: string;
  readonly inputs: number;
  readonly slowestMs: number;
  readonly findings: readonly Finding[];
}

export interface FuzzBudget {
  readonly seed: number;
  /** Processor time beyond the corpus, or inputs, after which it ends, whichever comes first. */
  readonly cpuMs: number;
  readonly inputs: number;
  /** Told before each input, for whoever watches for hangs. */
  readonly onInput?: (from: string, input: string) => void;
}

const MAX_FINDINGS = 20;

export async function fuzz(target: FuzzTarget, budget: FuzzBudget): Promise<FuzzReport> {
  const corpus = readCorpus(target.name);
  const examples = corpus.map(({ text }) => text);
  const before = photograph();
  const findings: Finding[] = [];
  let inputs = 0;
  let slowestMs = 0;
  const one = async (from: string, input: string): Promise<void> => {
    budget.onInput?.(from, input);
    const start = cpuMs();
    inputs++;
    try {
      await target.check(input);
      if (cpuMs() - start > MAX_CPU_MS) await demandSoon(target, input);
      if (inputs % LOOK_EVERY === 0)
        demand(isSame(before, photograph()), 'a prototype of the language was changed');
    } catch (thrown) {
      findings.push({
        from,
        input,
        message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
    }
    slowestMs = Math.max(slowestMs, cpuMs() - start);
  };
  for (const { file, text } of corpus) await one(file, text);
  const begun = cpuMs();
  for (
    let i = 0;
    inputs < budget.inputs && cpuMs() - begun < budget.cpuMs && findings.length < MAX_FINDINGS;
    i++
  ) {
    const seed = budget.seed + i;
    await one(`seed ${seed}`, drawInput(target, seed, examples));
  }
  demand(isSame(before, photograph()), `${target.name}: a prototype of the language was changed`);
  return { target: target.name, inputs, slowestMs, findings };
}

/** Once more: the first time may have met a compiler or a collection of garbage. */
async function demandSoon(target: FuzzTarget, input: string): Promise<void> {
  const start = cpuMs();
  await target.check(input);
  const took = Math.round(cpuMs() - start);
  demand(took <= MAX_CPU_MS, `it takes ${took} ms of processor time`);
}

/** Half of the inputs are made by the target, half are damaged ones. */
function drawInput(target: FuzzTarget, seed: number, examples: readonly string[]): string {
  const dice = new Random(seed);
  const drawn = dice.chance(0.5) ? target.draw(dice, examples) : dice.pick(examples);
  return dice.chance(0.8) ? mutate(dice, drawn, examples) : drawn;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
