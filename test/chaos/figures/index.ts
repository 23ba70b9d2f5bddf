/** The visible list of figures, and the table of them. Each is measured in a world of its own, with three orchestrators and workers. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from '../../../bench/machine.ts';
import { Random } from '../../simulation/random.ts';
import { World } from '../world.ts';
import { primaryKilled } from './cluster.ts';
import { failover } from './failover.ts';
import { type Figure, type Measured, rowOf } from './figure.ts';
import { orchestratorKilled } from './orchestrators.ts';
import { outage, redisBack } from './redis.ts';
import { timers } from './timers.ts';
import { workerKilled } from './workers.ts';

export const FIGURES: readonly Figure[] = [
  workerKilled,
  orchestratorKilled,
  redisBack,
  outage,
  failover,
  primaryKilled,
  timers,
];

export interface FiguresOptions {
  readonly folder: string;
  readonly seed: number;
  /** Names of figures; empty: all. */
  readonly only: readonly string[];
  /** Multiplies the repetitions. */
  readonly strength: number;
  readonly onNews: (text: string) => void;
}

/** Answers the table's lines. Raw samples are kept in `samples.jsonl`. */
export async function measureFigures({
  folder,
  seed,
  only,
  strength,
  onNews,
}: FiguresOptions): Promise<string[]> {
  const rows = ['| what | goal | measured | samples |', '|---|---|---|---|'];
  let redis = '';
  const machine = describeMachine('');
  for (const figure of FIGURES.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const times = Math.max(1, Math.round(figure.times * strength));
    const place = join(folder, figure.name);
    mkdirSync(place, { recursive: true });
    const world = await World.open({
      folder: place,
      random: new Random(seed),
      orchestrators: 3,
      workers: 3,
      slots: 16,
      appendfsync: 'everysec',
      cluster: figure.onCluster,
    });
    try {
      const info = String(await world.connections.call('info', ['server']));
      redis = /redis_version:(\S+)/.exec(info)?.[1] ?? '';
      const measured = await figure.measure(world, {
        seed,
        times,
        onNews: (text) => onNews(`${figure.name}: ${text}`),
      });
      for (const one of measured) rows.push(keep(folder, one));
    } finally {
      await world.end();
    }
  }
  const { cpu, cores, memoryGiB, system, node, bullmq, ioredis, load } = machine;
  rows.push(
    '',
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, load ${load} before the start; Node ${node}, Redis ${redis}, bullmq ${bullmq}, ioredis ${ioredis}; seed ${seed}.`,
  );
  return rows;
}

function keep(folder: string, measured: Measured): string {
  appendFileSync(join(folder, 'samples.jsonl'), `${JSON.stringify(measured)}\n`);
  return rowOf(measured);
}
