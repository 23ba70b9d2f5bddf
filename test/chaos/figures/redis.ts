/** Redis goes away and comes back: how long until every shard dispatches again, and what runs twice. */
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../world.ts';
import type { Figure, Measured } from './figure.ts';
import { Load } from './load.ts';
import { allShards } from './orchestrators.ts';
import { Pulse } from './pulse.ts';

export const redisBack: Figure = {
  name: 'redis-back',
  times: 10,
  async measure(world, { times, onNews }) {
    const pulse = new Pulse(world);
    pulse.begin();
    const first: number[] = [];
    const every: number[] = [];
    const shards = allShards(world.shards);
    for (let i = 0; i < times; i++) {
      await pulse.since(Date.now(), shards, 2);
      await world.redis.kill9();
      await pause(i % 2 === 0 ? 5_000 : 20_000);
      const answers = firstAnswer(world);
      await world.redis.restart();
      const at = await answers;
      // The first start on a shard may be of a ticket from before; the second was decided after.
      await pulse.since(at, shards, 2);
      const seconds = pulse
        .starts()
        .map((starts) => (starts.filter((one) => one > at)[1] ?? Number.NaN) - at);
      first.push(Math.min(...seconds));
      every.push(...seconds);
      onNews(`${i + 1} of ${times}: ${first.at(-1)} ms`);
    }
    await pulse.end();
    return [
      {
        what: 'Redis answers again after 5 s or 20 s → first new dispatch',
        goal: 'p99 ≤ 2 s',
        samples: first,
        as: 'quantiles',
      },
      {
        what: 'Redis answers again after 5 s or 20 s → new dispatch on each shard',
        goal: '',
        samples: every,
        as: 'quantiles',
      },
    ];
  },
};

/** When it says PONG, by asking all the time. */
async function firstAnswer(world: World): Promise<number> {
  const connections = world.another({ retryStrategy: () => 5, maxRetriesPerRequest: null });
  try {
    await connections.ready(120_000);
    return Date.now();
  } finally {
    await connections.close();
  }
}

const NODES = 24;

/** What is alive keeps its work: a second start of a node is one too many. */
export const outage: Figure = {
  name: 'outage',
  times: 2,
  async measure(world, { times, onNews }) {
    const measured: Measured[] = [];
    for (const how of ['killed', 'frozen'] as const) {
      const samples: number[] = [];
      for (let i = 0; i < times; i++) {
        const load = await Load.start(world, { nodes: NODES, workMs: 30_000 });
        if (how === 'killed') {
          await world.redis.kill9();
          await pause(20_000);
          await world.redis.restart();
        } else {
          world.redis.freeze();
          await pause(20_000);
          world.redis.thaw();
        }
        await load.ended(120_000);
        samples.push(...perNode(load));
        onNews(`${how}, ${i + 1} of ${times}`);
      }
      measured.push({
        what: `Redis ${how} for 20 s → nodes at work that were begun again`,
        goal: '0',
        samples,
        as: 'count',
      });
    }
    return measured;
  },
};

/** Starts beyond the first, by node. */
function perNode(load: Load): number[] {
  const starts = new Map<string, number>();
  for (const { node } of load.lines('start')) starts.set(node, (starts.get(node) ?? 0) + 1);
  return [...starts.values()].map((count) => count - 1);
}
