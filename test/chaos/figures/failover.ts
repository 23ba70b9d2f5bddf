/**
 * A replica takes over without loss (`FAILOVER`), and the address leads to it a moment later: how long until every shard
 * dispatches again. Until then the old primary answers READONLY, or, every other time, nothing at all.
 */
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SILENT } from '../../../engine/ports/logger.ts';
import { type Connections, createConnections } from '../../../engine/redis/index.ts';
import { Random } from '../../simulation/random.ts';
import { type PrivateRedis, privateRedis } from '../../support/private-redis.ts';
import type { World } from '../world.ts';
import type { Figure } from './figure.ts';
import { allShards } from './orchestrators.ts';
import { Pulse } from './pulse.ts';

interface Server {
  readonly redis: PrivateRedis;
  readonly port: number;
  readonly connections: Connections;
}

export const failover: Figure = {
  name: 'failover',
  times: 10,
  async measure(world, { seed, times, onNews }) {
    const random = new Random(seed);
    const link = await world.link('looker');
    const pulse = new Pulse(world, world.clientBehind(link));
    const servers = await openServers(world);
    const samples: number[] = [];
    try {
      pulse.begin();
      let [primary, replica] = servers;
      for (let i = 0; i < times; i++) {
        await follow(replica, primary);
        await pulse.since(Date.now(), allShards(world.shards), 2);
        const at = Date.now();
        await promote(world, { primary, replica, isSilent: i % 2 === 1, afterMs: random.between(0, 2_000) });
        await pulse.since(at, allShards(world.shards), 2);
        // The first start on a shard may be of a ticket from before; the second was decided after.
        const took = pulse.starts().map((starts) => (starts.filter((one) => one > at)[1] ?? Number.NaN) - at);
        samples.push(...took);
        onNews(`${i + 1} of ${times}: at most ${Math.max(...took)} ms`);
        [primary, replica] = [replica, primary];
      }
      await pulse.end();
    } finally {
      for (const { connections } of servers) await connections.close();
      await servers[1].redis.stop();
    }
    const what = 'replica promoted, address moved up to 2 s later → new dispatch on each shard';
    return [{ what, goal: 'max ≤ 15 s', samples, as: 'quantiles' }];
  },
};

/** The world's own, and one beside it. Replication goes over TCP. */
async function openServers(world: World): Promise<[Server, Server]> {
  const redis = await privateRedis();
  const both = await Promise.all([world.redis, redis].map(listen));
  const [one, other] = both;
  if (one === undefined || other === undefined) throw new Error('two servers should be there');
  return [one, other];
}

async function listen(redis: PrivateRedis): Promise<Server> {
  const connections = createConnections({ ...redis.connection, logger: SILENT });
  const port = await freePort();
  await connections.call('config', ['set', 'port', port]);
  return { redis, port, connections };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function follow(replica: Server, primary: Server): Promise<void> {
  await replica.connections.call('replicaof', ['127.0.0.1', primary.port]);
  await untilSaid(replica, 'master_link_status:up');
}

interface Promotion {
  readonly primary: Server;
  readonly replica: Server;
  readonly isSilent: boolean;
  readonly afterMs: number;
}

async function promote(world: World, { primary, replica, isSilent, afterMs }: Promotion): Promise<void> {
  await primary.connections.call('failover', ['to', '127.0.0.1', replica.port]);
  await untilSaid(replica, 'role:master');
  if (isSilent) for (const link of world.links()) link.silence();
  await pause(afterMs);
  world.target = replica.redis.connection.path;
  // What hangs is left hanging: that it is dead has to be found out. New connections go to the new primary.
  if (isSilent) for (const link of world.links()) link.strand();
  else for (const link of world.links()) link.cut();
}

async function untilSaid({ connections }: Server, words: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!String(await connections.call('info', ['replication'])).includes(words)) {
    if (Date.now() > deadline) throw new Error(`Redis did not say ${words}`);
    await pause(5);
  }
}
