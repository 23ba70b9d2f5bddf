/** Redis behind Sentinels: the store finds the primary by its name, and the next one when the first is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { parseRedisAddress, type RedisAddress } from '../../../engine/redis/address.ts';
import { createConnections } from '../../../engine/redis/connection.ts';
import { findRedisBinary } from '../../../engine/redis/embedded/index.ts';
import { freePort } from '../../support/free-port.ts';
import { privateRedis } from '../../support/redis.ts';
import { REDIS_CACHE } from '../../support/redis-cache.ts';

/** A Sentinel that lost time on a busy machine elects nobody for 30 s (its TILT mode). */
const LONGEST_MS = 60_000;
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startServer(extraArgs: readonly string[]) {
  const port = await freePort();
  const redis = await privateRedis({ extraArgs: ['--port', `${port}`, '--bind', '127.0.0.1', ...extraArgs] });
  ends.push(() => redis.stop());
  return { port, redis };
}

async function startSentinel(primaryPort: number): Promise<number> {
  const binary = await findRedisBinary({ cacheDirectory: REDIS_CACHE, env: process.env });
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sentinel-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
    'sentinel down-after-milliseconds main 1000',
    'sentinel failover-timeout main 2000',
  ];
  await writeFile(join(folder, 'sentinel.conf'), settings.join('\n'));
  const child = spawn(binary.path, [join(folder, 'sentinel.conf'), '--sentinel'], {
    env: { LD_LIBRARY_PATH: binary.libraryPath },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  ends.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return port;
}

it('goes on at the next primary', async () => {
  const primary = await startServer([]);
  await startServer(['--replicaof', '127.0.0.1', `${primary.port}`, '--repl-diskless-sync-delay', '0']);
  const sentinel = await startSentinel(primary.port);
  const address = parseRedisAddress(`redis-sentinel://127.0.0.1:${sentinel}/0#main`);
  // Several: the news may reach a client while it looks the address up itself, or before, or after.
  const [connections, ...others] = Array.from({ length: 5 }, () => connect(address));
  if (connections === undefined) throw new Error('no connection');
  await Promise.all([connections, ...others].map((one) => one.ready(LONGEST_MS)));
  if (!(connections.redis instanceof Redis)) throw new Error('not behind Sentinels');
  const waiting = connections.redis.duplicate();
  waiting.on('error', () => {});
  ends.push(async () => waiting.disconnect());
  // The replica is there, and known to the Sentinel, once this is answered with 1.
  await expect.poll(() => connections.call('wait', [1, 100]), { timeout: LONGEST_MS }).toBe(1);
  await connections.call('set', ['key', 'before']);
  await connections.call('wait', [1, 1_000]);
  await untilSentinelKnowsReplica(sentinel);
  await primary.redis.kill9();
  const at = Date.now();
  await expect
    .poll(() => connections.call('append', ['key', '.']).catch(() => 0), {
      timeout: LONGEST_MS,
      interval: 50,
    })
    .toBeGreaterThan(6);
  console.info(`primary killed → the next one takes a write: ${Date.now() - at} ms`);
  expect(await connections.call('get', ['key'])).toMatch(/^before\.+$/);
  for (const one of others) await untilAnswered(() => one.call('incr', ['count']));
  await untilAnswered(() => waiting.incr('count'));
}, 150_000);

function connect(address: RedisAddress | undefined) {
  const connections = createConnections({ ...address });
  ends.push(() => connections.close());
  return connections;
}

/** Commands may fail while the new primary is looked for, but not for ever. */
async function untilAnswered(ask: () => Promise<unknown>): Promise<void> {
  await expect.poll(() => ask().catch(() => 0), { timeout: LONGEST_MS, interval: 50 }).toBeGreaterThan(0);
}

async function untilSentinelKnowsReplica(port: number): Promise<void> {
  const sentinel = createConnections({ url: `redis://127.0.0.1:${port}` });
  const replicas = async () => {
    const reply = (await sentinel.call('sentinel', ['replicas', 'main'])) as string[][];
    return reply.filter((fields) => fields.includes('slave') && fields.includes('ok')).length;
  };
  await expect.poll(replicas, { timeout: LONGEST_MS }).toBe(1);
  await sentinel.close();
}
