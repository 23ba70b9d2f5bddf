import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SluiceError } from '../../../../engine/core/errors.ts';
import {
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  startEmbeddedRedis,
} from '../../../../engine/redis/embedded/index.ts';
import { REDIS_CACHE } from '../../../support/redis-cache.ts';
import { startUserProcess } from './user-process.ts';

let place: string;
let leaving: (() => Promise<void>)[];

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'sluice-embedded-'));
  leaving = [];
});

afterEach(async () => {
  for (const leave of leaving.reverse()) await leave();
  await rm(place, { recursive: true, force: true });
});

const dataIn = (folder: string) => join(folder, 'data');

async function start(options: Partial<EmbeddedRedisOptions> = {}): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis({
    dataDirectory: dataIn(place),
    cacheDirectory: REDIS_CACHE,
    env: process.env,
    ...options,
  });
  leaving.push(() => redis.stop());
  return redis;
}

async function startOther(dataDirectory = dataIn(place)) {
  const other = await startUserProcess(dataDirectory);
  leaving.push(() => other.kill9());
  return other;
}

/** Runs one command on a connection of its own. */
async function ask<T>(path: string, command: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ path, lazyConnect: true, retryStrategy: null });
  client.on('error', () => {});
  try {
    await client.connect();
    return await command(client);
  } finally {
    client.disconnect();
  }
}

const pidAt = (path: string) =>
  ask(path, async (client) => Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]));

async function waitUntilGone(pid: number): Promise<void> {
  await vi.waitUntil(() => !isAlive(pid), { timeout: 15_000, interval: 20 });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('one process', () => {
  it('starts a server that only this user can reach, with settings that lose nothing', async () => {
    const redis = await start();
    const path = redis.connection.path;
    expect(redis).toMatchObject({ joined: false, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect((await stat(dataIn(place))).mode & 0o777).toBe(0o700);
    expect((await stat(path)).mode & 0o077).toBe(0);
    const config = await ask(path, (client) =>
      client.config('GET', 'maxmemory-policy', 'appendonly', 'port'),
    );
    expect(config).toEqual(expect.arrayContaining(['noeviction', 'yes', '0']));
  });

  it('keeps the data over stop and start, and leaves no process, socket or lock', async () => {
    const first = await start();
    await ask(first.connection.path, (client) => client.set('kept', 'yes'));
    const pid = await pidAt(first.connection.path);
    await Promise.all([first.stop(), first.stop()]);
    expect(isAlive(pid)).toBe(false);
    expect((await readdir(dataIn(place))).sort()).toEqual(['appendonlydir', 'redis.log']);
    const second = await start();
    expect(second.joined).toBe(false);
    expect(await ask(second.connection.path, (client) => client.get('kept'))).toBe('yes');
  });

  it('works below a folder whose path is too long for a socket, with spaces, quotes and letters of all sorts', async () => {
    const deep = join(place, 'a folder'.repeat(12), `it's "ünusual" $HOME`, 'data');
    const redis = await start({ dataDirectory: deep });
    expect(redis.connection.path.startsWith(place)).toBe(false);
    const runDirectory = join(redis.connection.path, '..');
    expect((await stat(runDirectory)).mode & 0o777).toBe(0o700);
    const other = await startOther(deep);
    expect(other).toMatchObject({ joined: true, path: redis.connection.path });
    await other.stop();
    await redis.stop();
    await expect(stat(runDirectory)).rejects.toThrow('ENOENT');
  });

  it('starts the server again when the system kills it, with the data', async () => {
    const redis = await start();
    const path = redis.connection.path;
    await ask(path, (client) => client.set('kept', 'yes'));
    process.kill(await pidAt(path), 'SIGKILL');
    const value = await vi.waitFor(() => ask(path, (client) => client.get('kept')), { timeout: 10_000 });
    expect(value).toBe('yes');
  });

  it('starts in spite of a last write that was cut off', async () => {
    const first = await start();
    await ask(first.connection.path, (client) => client.set('kept', 'yes'));
    await first.stop();
    await writeFile(await newestAof(), '*3\r\n$3\r\nSET\r\n$4\r\nlo', { flag: 'a' });
    const second = await start();
    expect(await ask(second.connection.path, (client) => client.keys('*'))).toEqual(['kept']);
  });

  it('says what the server says when its data is damaged, and gives the lock back', async () => {
    const first = await start();
    await ask(first.connection.path, (client) => client.set('kept', 'yes'));
    await first.stop();
    const file = await newestAof();
    const sound = await readFile(file);
    await writeFile(file, Buffer.concat([Buffer.from('garbage\r\n'), sound]));
    const failure = await start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SluiceError);
    expect(failure).toMatchObject({ code: 'embedded_redis_unavailable' });
    expect(String(failure)).toMatch(/Bad file format[\s\S]*redis-check-aof/);
    await writeFile(file, sound);
    expect((await start()).joined).toBe(false);
  });

  it('says so when the data directory cannot be used', async () => {
    await writeFile(join(place, 'data'), 'a file');
    await expect(start()).rejects.toThrow(/The data directory .*data cannot be used/);
  });
});

describe('several processes', () => {
  it('share one server, which ends with the last of them, whoever started it', async () => {
    const starter = await startOther();
    const joiner = await start();
    expect(starter.joined).toBe(false);
    expect(joiner).toMatchObject({ joined: true, connection: { path: starter.path } });
    const pid = await pidAt(starter.path);
    await starter.stop();
    expect(await pidAt(joiner.connection.path)).toBe(pid);
    await joiner.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('start only one server when they all start at once', async () => {
    const all = await Promise.all([startOther(), startOther(), start(), start()]);
    expect(all.filter((one) => !one.joined)).toHaveLength(1);
  });

  it('end the server even when the only one is killed', async () => {
    const other = await startOther();
    await ask(other.path, (client) => client.set('kept', 'yes'));
    const pid = await pidAt(other.path);
    await other.kill9();
    await waitUntilGone(pid);
    const next = await start();
    expect(next.joined).toBe(false);
    expect(await ask(next.connection.path, (client) => client.get('kept'))).toBe('yes');
  });

  it('end the server also when its folder was deleted meanwhile', async () => {
    const other = await startOther();
    const pid = await pidAt(other.path);
    await rm(dataIn(place), { recursive: true, force: true });
    other.kill9();
    await waitUntilGone(pid);
  });

  it('go on with the server of one that was killed', async () => {
    const starter = await startOther();
    const joiner = await start();
    const pid = await pidAt(starter.path);
    await starter.kill9();
    expect(await pidAt(joiner.connection.path)).toBe(pid);
    await joiner.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('start anew right after the only one was killed, without waiting for its end', async () => {
    const other = await startOther();
    await ask(other.path, (client) => client.set('kept', 'yes'));
    await other.kill9();
    const next = await start();
    expect(await ask(next.connection.path, (client) => client.get('kept'))).toBe('yes');
  });
});

describe('a lock that was left behind', () => {
  const lockFile = () => join(dataIn(place), 'redis.lock');
  /** Above the largest process number of any system. */
  const dead = { pid: 99_999_999, started: '1' };

  it('is taken over when its processes are dead, or other processes have their numbers', async () => {
    const reused = { pid: process.pid, started: 'long ago' };
    for (const gone of [dead, reused]) {
      const running = { shell: gone, server: gone, runDirectory: join(dataIn(place), 'run') };
      for (const left of [{ starter: gone }, { starter: gone, running }]) {
        await mkdir(dataIn(place), { recursive: true });
        await writeFile(lockFile(), JSON.stringify(left));
        const redis = await start();
        expect(redis.joined).toBe(false);
        await redis.stop();
      }
    }
  });

  it('is taken over by one only when several find it', async () => {
    await mkdir(dataIn(place));
    await writeFile(lockFile(), JSON.stringify({ starter: dead }));
    const all = await Promise.all([start(), start(), startOther(), startOther()]);
    expect(all.filter((one) => !one.joined)).toHaveLength(1);
    expect(new Set(await Promise.all([all[0].connection.path, all[2].path].map(pidAt))).size).toBe(1);
  });

  it('is respected while its processes live: a fresh server runs beside it, and that is said', async () => {
    await mkdir(dataIn(place));
    await writeFile(lockFile(), JSON.stringify({ starter: { pid: process.pid, started: '' } }));
    const said: string[] = [];
    const redis = await start({ onProgress: (text) => said.push(text), patienceMs: 200 });
    expect(redis.directory).toContain(join(dataIn(place), 'fresh-'));
    expect(said.join()).toContain(`started by process ${process.pid}`);
    expect(await pidAt(redis.connection.path)).toBeGreaterThan(0);
  });
});

async function newestAof(): Promise<string> {
  const folder = join(dataIn(place), 'appendonlydir');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof')).sort();
  return join(folder, names.at(-1) ?? '');
}
