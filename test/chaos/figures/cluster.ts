/** One primary of a Redis Cluster is killed: how long the shards of the others dispatch nothing, and how long its own. */
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../world.ts';
import type { Figure } from './figure.ts';
import { allShards } from './orchestrators.ts';
import { longestGap, Pulse } from './pulse.ts';

export const primaryKilled: Figure = {
  name: 'primary-killed',
  times: 5,
  onCluster: true,
  async measure(world, { times, onNews }) {
    // As docs/operations.md has it: else all primaries refuse while one is being replaced.
    await world.redisCluster?.configure('cluster-require-full-coverage', 'no');
    const pulse = new Pulse(world);
    pulse.begin();
    const others: number[] = [];
    const own: number[] = [];
    for (let i = 0; i < times; i++) {
      await pulse.since(Date.now(), allShards(world.shards), 2);
      const { primary, shards } = await aPrimaryWithoutQueue(world);
      const at = Date.now();
      await primary.redis.kill9();
      await pulse.since(at, allShards(world.shards), 3);
      const gaps = pulse.starts().map((starts) => longestGap(starts, at));
      others.push(...gaps.filter((_, shard) => !shards.has(shard)));
      own.push(...gaps.filter((_, shard) => shards.has(shard)));
      await primary.redis.restart();
      while (!(await world.redisCluster?.isFollowing(primary).catch(() => false))) await pause(100);
      onNews(`${i + 1} of ${times}: ${shards.size} shards had it, at most ${Math.max(...gaps)} ms`);
    }
    await pulse.end();
    return [
      {
        what: 'one of three primaries of a Cluster killed → longest gap in the dispatches of each shard of the others',
        goal: '',
        samples: others,
        as: 'quantiles',
      },
      {
        what: 'one of three primaries of a Cluster killed → longest gap in the dispatches of each of its shards',
        goal: 'max ≤ 15 s',
        samples: own,
        as: 'quantiles',
      },
    ];
  },
};

/** All work goes through one queue here, which has a slot as well: its primary stays. */
async function aPrimaryWithoutQueue(world: World) {
  const { redisCluster, connections } = world;
  if (redisCluster === undefined) throw new Error('this figure is of a Cluster');
  const queues = await redisCluster.primaryOf(world.queueKey);
  for (const shard of allShards(world.shards)) {
    const primary = await redisCluster.primaryOf(connections.keys.inbox(shard));
    if (primary === queues) continue;
    const shards = new Set<number>();
    for (const one of allShards(world.shards))
      if ((await redisCluster.primaryOf(connections.keys.inbox(one))) === primary) shards.add(one);
    return { primary, shards };
  }
  throw new Error('all shards lie beside the queue');
}
