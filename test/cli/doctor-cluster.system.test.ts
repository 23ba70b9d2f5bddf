/** `doctor` on a Redis Cluster of three primaries: each is looked at, and orphans are found and removed in the slots of all. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flightKey, SENT } from '../../engine/core/flight.ts';
import { newRunId, shardOf } from '../../engine/core/run-id.ts';
import { type Connections, createConnections } from '../../engine/redis/index.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { redisCluster, type TestRedisCluster } from '../support/redis-cluster.ts';

const SHARDS = 16;
const folder = cliFolder();
let cluster: TestRedisCluster;
let connections: Connections;

beforeAll(async () => {
  await buildIfStale();
  cluster = await redisCluster();
  connections = createConnections(cluster.connection);
  await connections.ready(5_000);
}, 180_000);

afterAll(async () => {
  await connections?.close();
  await folder.remove();
  await cluster?.stop();
});

async function doctor(...args: string[]) {
  const { stdout, stderr } = await folder.run(['doctor', '--json', '--redis', cluster.url, ...args]);
  if (stdout === '') throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as { findings: { level: string; message: string }[] };
  return findings.map(({ level, message }) => `${level} ${message}`);
}

/** Changes one node, looks, and changes it back. */
async function doctorWhile(at: number, change: readonly string[], back: readonly string[]) {
  const node = cluster.nodes[at];
  if (node === undefined) throw new Error('there is no such node');
  const admin = new Redis(node.redis.connection);
  const send = ([name = '', ...args]: readonly string[]) => admin.call(name, ...args);
  await send(change);
  try {
    return { place: `127.0.0.1:${node.port}`, lines: await doctor() };
  } finally {
    await send(back);
    admin.disconnect();
  }
}

/** Leaves of runs that are gone, one of each shard. */
async function plant(): Promise<readonly string[]> {
  const { keys, call } = connections;
  const ghosts: string[] = [];
  for (let shard = 0, at = 0; shard < SHARDS; at++) {
    const run = newRunId(at, new Uint8Array(10));
    if (shardOf(run, SHARDS) !== shard) continue;
    ghosts.push(run);
    await call('xadd', [keys.log(shard, run, 0, 1), '*', 's', 'o']);
    await call('sadd', [keys.live(shard), run]);
    await call('hset', [keys.flight(shard), flightKey(run, 0, 1, 1), SENT]);
    await call('set', [keys.plan(shard, 'a'.repeat(64)), '{}']);
    shard++;
  }
  await call('set', [keys.definitionPlan('a'.repeat(64)), '{}']);
  return ghosts;
}

describe('doctor on a Redis Cluster', () => {
  it('looks at each primary', async () => {
    const lines = await doctor();
    expect(lines).toContain('ok Redis Cluster of 3 primaries, state ok.');
    expect(lines).toContain('ok Scripts run.');
    for (const { port } of cluster.nodes) {
      const of = lines.filter((line) => line.startsWith(`ok 127.0.0.1:${port}: `)).join('\n');
      for (const what of [
        /(Redis|Valkey) \d/,
        /noeviction/,
        /append-only file is on/,
        /MB used/,
        /a primary/,
        /clock is/,
      ])
        expect(of).toMatch(what);
    }
  }, 60_000);

  it('names the one whose settings are wrong', async () => {
    const policy = ['CONFIG', 'SET', 'maxmemory-policy'];
    const evicting = await doctorWhile(1, [...policy, 'allkeys-lru'], [...policy, 'noeviction']);
    expect(evicting.lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining(`error ${evicting.place}: maxmemory-policy is allkeys-lru`),
    ]);
    const saving = ['CONFIG', 'SET', 'appendonly'];
    const losing = await doctorWhile(0, [...saving, 'no'], [...saving, 'yes']);
    expect(losing.lines.filter((line) => line.startsWith('warning'))).toEqual([
      expect.stringMatching(
        `^warning ${losing.place}: (Nothing is written to disk|Redis keeps snapshots only)`,
      ),
    ]);
  }, 60_000);

  it('names the one that refuses scripts', async () => {
    for (const at of cluster.nodes.keys()) {
      const user = ['ACL', 'SETUSER', 'default'];
      const { place, lines } = await doctorWhile(at, [...user, '-eval'], [...user, '+eval']);
      const refused = lines.filter((line) => line.startsWith('error'));
      expect(refused).toEqual([expect.stringMatching(`^error Scripts are refused: ${place}: .*NOPERM`)]);
    }
  }, 60_000);

  it('finds orphans in the slots of all, and removes them', async () => {
    const ghosts = await plant();
    const served = await Promise.all(
      ghosts.map((run) => cluster.primaryOf(connections.keys.live(shardOf(run, SHARDS)))),
    );
    expect(new Set(served.map(({ port }) => port)).size).toBe(3);
    const found = await doctor('--idle', '0s');
    expect(found.filter((line) => /left keys|flights|plans/.test(line))).toEqual([
      expect.stringMatching(/^warning 16 runs .* left keys behind though it is gone\.$/),
      expect.stringMatching(/^warning 16 flights /),
      expect.stringMatching(/^ok 17 plans /),
    ]);
    const mended = await doctor('--idle', '0s', '--repair');
    expect(mended.filter((line) => line.startsWith('ok Removed: '))).toHaveLength(3);
    expect(await doctor('--idle', '0s')).toContainEqual(
      expect.stringMatching(/^ok No orphans among \d+ keys?\.$/),
    );
  }, 60_000);
});
