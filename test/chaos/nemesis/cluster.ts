/**
 * Faults of a Redis Cluster: a primary is killed or frozen until its replica stands in its place, and comes back as a replica.
 * Replication does not wait (nor does Sluice ask for it), so what the old primary answered last may be forgotten.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../simulation/random.ts';
import type { ClusterNode } from '../../support/redis-cluster.ts';
import type { World } from '../world.ts';
import { type Fault, pauseBetween } from './fault.ts';

/** What a primary answered so shortly before its end may not have reached its replica, ms. */
const UNSENT_MS = 1_500;
/** So long after it was thawed an old primary may go on taking writes, ms. */
const UNAWARE_MS = 3_000;
const PATIENCE_MS = 60_000;

function fellPrimary(
  name: string,
  perMinute: number,
  fell: (
    world: World,
    primary: ClusterNode,
    isReplaced: () => Promise<void>,
    random: Random,
  ) => Promise<void>,
): Fault {
  return {
    name,
    perMinute,
    onRedis: true,
    async strike(world, random) {
      const { redisCluster } = world;
      if (redisCluster === undefined) return false;
      const key = world.connections.keys.inbox(random.int(0, world.shards - 1));
      const primary = await redisCluster.primaryOf(key);
      const at = Date.now();
      let replacedMs = 0;
      const isReplaced = async () => {
        await until('a replica has taken its place', async () => {
          return (await redisCluster.primaryOf(key)).port !== primary.port;
        });
        replacedMs = Date.now() - at;
      };
      await fell(world, primary, isReplaced, random);
      // The next fault must find a replica that has everything.
      await until('it follows the new primary', () => redisCluster.isFollowing(primary));
      return `${primary.port}, replaced after ${replacedMs} ms`;
    },
  };
}

const killed = fellPrimary('primary killed', 1.5, async (world, { redis }, isReplaced, random) => {
  const at = Date.now();
  await redis.kill9();
  await isReplaced();
  world.losses.push({ from: at - UNSENT_MS, to: Date.now() });
  await pauseBetween(random, 0, 3_000);
  await redis.restart();
});

const frozen = fellPrimary('primary frozen', 0.5, async (world, { redis }, isReplaced) => {
  const at = Date.now();
  redis.freeze();
  await isReplaced().finally(() => redis.thaw());
  world.losses.push({ from: at - UNSENT_MS, to: Date.now() + UNAWARE_MS });
});

export const CLUSTER_FAULTS: readonly Fault[] = [killed, frozen];

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`waited in vain for this: ${what}`);
    await pause(100);
  }
}
