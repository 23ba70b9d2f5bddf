/** A worker is killed or stopped: how long until its nodes run elsewhere. */
import { Random } from '../../simulation/random.ts';
import type { Role, World } from '../world.ts';
import type { Figure, FigureOptions } from './figure.ts';
import { Load } from './load.ts';

const NODES = 24;

async function loseWorkers(
  world: World,
  { seed, times, onNews }: FigureOptions,
  lose: (victim: Role) => Promise<unknown>,
): Promise<number[]> {
  const random = new Random(seed);
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const load = await Load.start(world, { nodes: NODES, workMs: 60_000 });
    const victim = random.pick(world.awake('worker'));
    const lost = load.lines('start').filter(({ worker }) => worker === victim.child.pid);
    const at = Date.now();
    const gone = lose(victim);
    await load.until('all lost nodes run again', () => load.lines('start').length >= NODES + lost.length);
    const again = load.lines('start').slice(NODES);
    samples.push(...again.map((line) => line.at - at));
    await gone;
    await Promise.all([load.end(), world.fill()]);
    onNews(`${i + 1} of ${times}: ${lost.length} nodes`);
  }
  return samples;
}

export const workerKilled: Figure = {
  name: 'worker-killed',
  times: 20,
  async measure(world, options) {
    const samples = await loseWorkers(world, options, (victim) => world.kill(victim));
    return [
      {
        what: 'worker killed → each of its nodes runs elsewhere',
        goal: 'p50 ≤ 5 s, p99 ≤ 10 s',
        samples,
        as: 'quantiles',
      },
    ];
  },
};
