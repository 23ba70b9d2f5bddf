/**
 * Takes the samples. In each round every contender gets fresh processes and fresh keys, and each scenario is measured for
 * one contender after the other, the order turning from round to round, so that slow minutes of the machine hit all alike.
 */
import type { Contender, ContenderName } from './contender/contender.ts';
import { CONTENDERS } from './contender/index.ts';
import type { Scenario } from './scenario/scenario.ts';

export interface MeasureOptions {
  readonly path: string;
  readonly rounds: number;
  readonly concurrency: number;
  readonly scale: number;
  readonly scenarios: readonly Scenario[];
  /** Who takes part. */
  readonly contenders: readonly ContenderName[];
  /** Removes the keys of a round. */
  readonly flush: () => Promise<void>;
  readonly onProgress: (text: string) => void;
}

/** Samples of each scenario and contender, in the scenario's unit. */
export type Samples = Map<string, Map<ContenderName, number[]>>;

/**
 * Fan-outs that warm up the processes of a round. A role lives for days: what is measured is how it works then. After 5,000 nodes V8 still
 * compiles, and a fan-out takes twice the processor time that it takes after 30,000 (docs/performance.md); plain BullMQ has less code and is warm sooner.
 */
const WARM_UP_TIMES = 6;
const WARM_UP_WIDTH = 5_000;

export async function measureAll(options: MeasureOptions): Promise<Samples> {
  const samples: Samples = new Map();
  for (let round = 0; round < options.rounds; round += 1) {
    const contenders = await openAll(options, round);
    try {
      for (const scenario of options.scenarios)
        await measureOne(options, scenario, turned(contenders, round), samples);
    } finally {
      for (const contender of contenders) await contender.close();
      await options.flush();
    }
    options.onProgress(`round ${round + 1} of ${options.rounds} done`);
  }
  return samples;
}

async function openAll(options: MeasureOptions, round: number): Promise<Contender[]> {
  const { path, concurrency, contenders } = options;
  const opened: Contender[] = [];
  for (const name of contenders) {
    const contender = await CONTENDERS[name]({ path, prefix: `${name}${round}`, concurrency });
    opened.push(contender);
    for (let time = 0; time < WARM_UP_TIMES; time += 1) await contender.fanOuts(1, WARM_UP_WIDTH);
    for (let time = 0; time < WARM_UP_TIMES; time += 1) await contender.chains(10, 20);
  }
  return opened;
}

function turned(contenders: readonly Contender[], by: number): Contender[] {
  const start = by % Math.max(contenders.length, 1);
  return [...contenders.slice(start), ...contenders.slice(0, start)];
}

async function measureOne(
  options: MeasureOptions,
  scenario: Scenario,
  contenders: readonly Contender[],
  samples: Samples,
): Promise<void> {
  for (const contender of contenders) {
    if (!scenario.contenders.includes(contender.name)) continue;
    const value = await scenario.measure(contender, options.scale);
    options.onProgress(`${scenario.name} ${contender.name}: ${value.toPrecision(4)} ${scenario.unit}`);
    const byContender = samples.get(scenario.name) ?? new Map<ContenderName, number[]>();
    samples.set(scenario.name, byContender);
    byContender.set(contender.name, [...(byContender.get(contender.name) ?? []), value]);
  }
}
