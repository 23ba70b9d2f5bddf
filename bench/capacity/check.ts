/** The model's prediction beside a real run on this machine: other numbers of orchestrators, another load, other workflows. */
import type { Costs } from './costs.ts';
import { Fleet } from './fleet.ts';
import { MANY, realWorkload } from './measure.ts';
import { Stand } from './stand.ts';

const OPTIONS = { ...MANY, orchestrators: 2 };
const RATE = 200;
const SEED = 3;
const WARM_MS = 5_000;
const LOAD_MS = 25_000;

export interface Prediction {
  readonly measure: string;
  readonly unit: string;
  readonly predicted: number;
  readonly measured: number;
}

export async function checkModel(costs: Costs): Promise<readonly Prediction[]> {
  const real = await Stand.with(OPTIONS, async (stand) => {
    await stand.load(realWorkload(9, RATE), WARM_MS);
    return stand.load(realWorkload(SEED, RATE), LOAD_MS);
  });
  const model = new Fleet({
    ...OPTIONS,
    workerCores: 1,
    redisNodes: 1,
    costs,
    workload: realWorkload(SEED, RATE),
    fromMs: 0,
    arrivalsUntilMs: LOAD_MS,
    untilMs: real.seconds * 1_000,
  }).run();
  const { seconds } = real;
  return [
    { measure: 'nodes', unit: '', predicted: model.nodes, measured: real.nodes },
    { measure: 'commits', unit: '', predicted: model.commits, measured: real.commits },
    {
      measure: 'busiest orchestrator',
      unit: '% of a core',
      predicted: model.orchestrator * 100,
      measured: real.busiestMs / seconds / 10,
    },
    {
      measure: 'Redis',
      unit: '% of a core',
      predicted: model.redis * 100,
      measured: real.redisMs / seconds / 10,
    },
    {
      measure: 'commands to Redis',
      unit: '/s',
      predicted: model.commandsPerSecond,
      measured: real.commands / seconds,
    },
    {
      measure: 'dispatch, p50',
      unit: 'ms',
      predicted: model.waits.quantile(0.5),
      measured: real.waits.quantile(0.5),
    },
    {
      measure: 'dispatch, p99',
      unit: 'ms',
      predicted: model.waits.quantile(0.99),
      measured: real.waits.quantile(0.99),
    },
  ];
}
