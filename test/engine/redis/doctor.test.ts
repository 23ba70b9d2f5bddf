import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Connections, createConnections } from '../../../engine/redis/connection.ts';
import { inspectRedis, inspectScripts, requireSuitableRedis } from '../../../engine/redis/doctor.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';

const clock = { now: () => Date.now() };

describe('the look at Redis', () => {
  let server: PrivateRedis;
  let admin: Redis;
  let connections: Connections;
  beforeAll(async () => {
    server = await privateRedis();
    admin = new Redis(server.connection);
    connections = createConnections({ options: server.connection });
  });
  afterEach(async () => {
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'maxmemory', '0');
    await admin.config('SET', 'appendonly', 'yes');
    await admin.config('SET', 'save', '');
  });
  afterAll(async () => {
    await connections.close();
    admin.disconnect();
    await server.stop();
  });
  const troubles = async () => (await inspectRedis(connections, clock)).filter(({ level }) => level !== 'ok');

  it('finds nothing wrong with the embedded settings', async () => {
    expect(await troubles()).toEqual([]);
    expect(await requireSuitableRedis(connections, clock)).toHaveLength(7);
  });

  it('refuses a Redis that would evict runs, and says how to change it', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(requireSuitableRedis(connections, clock)).rejects.toMatchObject({
      code: 'redis_unsuitable',
      message: expect.stringMatching(/allkeys-lru.*CONFIG SET maxmemory-policy noeviction/),
    });
  });

  it('warns of a Redis that keeps nothing on disk, or snapshots only', async () => {
    await admin.config('SET', 'appendonly', 'no');
    expect(await troubles()).toMatchObject([
      { level: 'warning', message: expect.stringContaining('Nothing is written') },
    ]);
    await admin.config('SET', 'save', '3600 1');
    expect(await troubles()).toMatchObject([
      { level: 'warning', message: expect.stringContaining('save 3600 1') },
    ]);
  });

  it('warns of a Redis that is nearly full', async () => {
    await admin.config('SET', 'maxmemory', '1mb');
    expect(await troubles()).toMatchObject([{ level: 'warning', fix: expect.stringContaining('maxmemory') }]);
  });

  it('says that scripts are refused', async () => {
    expect(await inspectScripts(connections)).toEqual({ level: 'ok', message: 'Scripts run.' });
    await admin.call('acl', 'setuser', 'plain', 'on', '>secret', '~*', '+@all', '-eval');
    const plain = createConnections({
      options: { ...server.connection, username: 'plain', password: 'secret' },
    });
    expect(await inspectScripts(plain)).toMatchObject({
      level: 'error',
      message: expect.stringContaining('Scripts are refused'),
      fix: expect.stringContaining('EVALSHA'),
    });
    await plain.close();
  });

  it('warns of clocks that differ', async () => {
    const fast = { now: () => Date.now() + 60_000 };
    const findings = await inspectRedis(connections, fast);
    expect(findings.at(-1)).toMatchObject({ level: 'warning', message: expect.stringContaining('behind') });
  });
});
