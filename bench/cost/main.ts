/**
 * `npm run bench:cost`: what a run costs, in what does not depend on how busy the machine is: processor time of each process, and
 * commands of Redis. With `--trace`, the time line of one small run as Redis sees it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../engine/core/errors.ts';
import { type EmbeddedRedis, startEmbeddedRedis } from '../../engine/redis/embedded/index.ts';
import type { Contender, ContenderName } from '../contender/contender.ts';
import { CONTENDERS } from '../contender/index.ts';
import { describeMachine } from '../machine.ts';
import { median } from '../scenario/scenario.ts';
import { connect } from '../sluice-parts.ts';
import { type CostRow, renderCost } from './report.ts';
import { watchRedis } from './time-line.ts';
import { readUsage, serverPid, usedBetween } from './usage.ts';

const USAGE = `npm run bench:cost -- [options]
  --only NAME,…        of: bullmq flow sluice (default sluice)
  --work TEXT          only the pieces of work whose name has this in it (default all)
  --rounds N           repetitions of each piece of work (default 5)
  --trace              the time line of one small run
`;

interface Work {
  readonly name: string;
  /** What is counted: runs, or nodes. */
  readonly unit: 'run' | 'node';
  readonly units: number;
  readonly times: number;
  /** Answers ms. */
  do(contender: Contender): Promise<number>;
}

const WORKS: readonly Work[] = [
  {
    name: '3-node run, one after another',
    unit: 'run',
    units: 1,
    times: 40,
    do: async (c) => (await c.smallest()).ms,
  },
  {
    name: '100 3-node runs at once',
    unit: 'run',
    units: 100,
    times: 3,
    do: async (c) => (await c.chains(100, 3)).ms,
  },
  {
    name: 'one chain of 40',
    unit: 'node',
    units: 40,
    times: 5,
    do: async (c) => (await c.chains(1, 40)).spanMs,
  },
  {
    name: 'fan-out of 5,000',
    unit: 'node',
    units: 5_002,
    times: 1,
    do: async (c) => (await c.fanOuts(1, 5_000)).ms,
  },
];

/** V8 compiles while the first thousands of nodes pass. */
async function warmUp(contender: Contender): Promise<void> {
  await contender.fanOuts(1, 2_000);
  for (let time = 0; time < 5; time += 1) await contender.chains(100, 3);
  for (let time = 0; time < 50; time += 1) await contender.smallest();
  for (let time = 0; time < 5; time += 1) await contender.chains(1, 40);
}

async function measure(
  { connection: { path } }: EmbeddedRedis,
  contender: Contender,
  works: readonly Work[],
  rounds: number,
): Promise<readonly CostRow[]> {
  const connections = connect({ path, prefix: '' });
  const pids = new Map([...contender.processes, ['Redis', await serverPid(connections)]]);
  const rows: CostRow[] = [];
  for (const work of works) {
    const times: number[] = [];
    const before = await readUsage(pids, connections);
    for (let time = 0; time < work.times * rounds; time += 1) times.push(await work.do(contender));
    const after = await readUsage(pids, connections);
    const used = usedBetween(before, after, work.units * times.length);
    rows.push({ contender: contender.name, name: work.name, unit: work.unit, ms: median(times), ...used });
  }
  await connections.close();
  return rows;
}

async function onEmptyRedis<T>(work: (redis: EmbeddedRedis) => Promise<T>): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-cost-'));
  const redis = await startEmbeddedRedis({ dataDirectory, env: process.env });
  try {
    return await work(redis);
  } finally {
    await redis.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function withContender<T>(
  name: ContenderName,
  work: (contender: Contender, redis: EmbeddedRedis) => Promise<T>,
): Promise<T> {
  return onEmptyRedis(async (redis) => {
    const { path } = redis.connection;
    const contender = await CONTENDERS[name]({ path, prefix: 'cost:', concurrency: 50 });
    try {
      await warmUp(contender);
      return await work(contender, redis);
    } finally {
      await contender.close();
    }
  });
}

async function trace(name: ContenderName): Promise<string> {
  return withContender(name, async (contender, { connection: { path } }) => {
    const seen = await watchRedis(path, async () => void (await contender.smallest()));
    return seen
      .map(({ ms, isInner, text }) => `${isInner ? ' '.repeat(7) : ms.toFixed(2).padStart(7)}  ${text}\n`)
      .join('');
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: 'sluice' },
      work: { type: 'string', default: '' },
      rounds: { type: 'string', default: '5' },
      trace: { type: 'boolean', default: false },
    },
  });
  const names = values.only
    .split(',')
    .filter((name): name is ContenderName => Object.hasOwn(CONTENDERS, name));
  const works = WORKS.filter(({ name }) => name.includes(values.work));
  const rounds = Number(values.rounds);
  if (names.length === 0 || works.length === 0 || !Number.isSafeInteger(rounds) || rounds < 1)
    throw new Error(USAGE);
  for (const name of values.trace ? names : []) process.stdout.write(await trace(name));
  if (values.trace) return;
  const machine = await onEmptyRedis(async ({ version }) => describeMachine(version));
  const rows: CostRow[] = [];
  for (const name of names)
    rows.push(...(await withContender(name, (c, redis) => measure(redis, c, works, rounds))));
  process.stdout.write(renderCost(machine, rows));
}

await main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
