/**
 * `npm run bench:capacity`: what fleets of a thousand workers bear, in virtual time: the engine's own decisions and policy, and for
 * each step the time that was measured. `--measure` measures these times anew, `--check` holds a prediction against a real run.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../../engine/core/errors.ts';
import { checkModel } from './check.ts';
import type { Costs } from './costs.ts';
import { Fleet } from './fleet.ts';
import { measureCosts } from './measure.ts';
import { RECORDED } from './recorded.ts';
import { type FleetRow, renderCosts, renderFleets, renderPredictions } from './report.ts';
import { workloadOf } from './workload.ts';

const USAGE = `npm run bench:capacity -- [options]
  --minutes N   virtual time of each fleet, half of it counted (default 40)
  --day         one fleet for a whole day, ten million nodes, instead of several for a while
  --measure     measures the constants on this machine first (3 minutes), and checks the model
  --check       checks the model against a real run on this machine (1 minute)
  --seed N      other workflows and times (default 1)
`;

/** Of ten million nodes a day. */
const NODES_PER_SECOND = 10_000_000 / 86_400;
const MINUTE_MS = 60_000;

interface Case {
  readonly workers: number;
  readonly slotsEach: number;
  readonly shards: number;
  readonly orchestrators: number;
  readonly redisNodes: number;
  /** Times ten million nodes a day; run times are shorter by as much, so that the slots are as full. */
  readonly times: number;
}

const USUAL: Case = { workers: 1_000, slotsEach: 8, shards: 16, orchestrators: 2, redisNodes: 1, times: 1 };
const CASES: readonly Case[] = [
  USUAL,
  { ...USUAL, shards: 64, orchestrators: 4 },
  { ...USUAL, workers: 100, slotsEach: 80 },
  { ...USUAL, times: 5 },
  { ...USUAL, times: 5, shards: 64, orchestrators: 4, redisNodes: 3 },
  { ...USUAL, times: 10, shards: 64, orchestrators: 8, redisNodes: 3 },
];

function nameOf({ workers, slotsEach, shards, orchestrators, redisNodes, times }: Case): string {
  const load = `${times * 10} million nodes a day`;
  const redis = redisNodes === 1 ? 'one Redis' : `${redisNodes} primaries`;
  return `${load}, ${workers.toLocaleString('en-US')} workers of ${slotsEach}, ${shards} shards, ${orchestrators} orchestrators, ${redis}`;
}

function simulate(
  one: Case,
  costs: Costs,
  { seed, untilMs }: { readonly seed: number; readonly untilMs: number },
): FleetRow {
  const { times } = one;
  const workload = workloadOf({ seed, nodesPerSecond: NODES_PER_SECOND * times, speedUp: times });
  // Work that is shorter fills its slots sooner.
  const length = untilMs / times;
  return {
    name: nameOf(one),
    report: new Fleet({ ...one, costs, workload, fromMs: length / 2, untilMs: length }).run(),
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      day: { type: 'boolean', default: false },
      measure: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0) || !Number.isSafeInteger(seed)) throw new Error('--minutes and --seed take numbers.');
  const costs = values.measure ? await measureCosts() : RECORDED;
  say(renderCosts(costs));
  if (values.measure || values.check) say(renderPredictions(await checkModel(costs)));
  const untilMs = (values.day ? 24 * 60 : minutes) * MINUTE_MS;
  const rows = (values.day ? [USUAL] : CASES).map((one) => simulate(one, costs, { seed, untilMs }));
  say(renderFleets(rows));
}

await main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
  process.exitCode = 2;
});
