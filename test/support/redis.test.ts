import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askState } from '../../engine/redis/embedded/ask-server.ts';
import { type PrivateRedis, privateRedis, testRedis } from './redis.ts';

const clients: Redis[] = [];
const servers: PrivateRedis[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  for (const server of servers.splice(0)) await server.stop();
});

function connect(connection: object): Redis {
  const client = new Redis({ ...connection, maxRetriesPerRequest: null, retryStrategy: () => 20 });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

async function startPrivate(): Promise<PrivateRedis> {
  const server = await privateRedis();
  servers.push(server);
  return server;
}

describe('testRedis', () => {
  it('gives each test keys of its own and deletes no others', async () => {
    const [one, two] = await Promise.all([testRedis(), testRedis()]);
    const client = connect(one.connection);
    await client.mset(`${one.prefix}:a`, 1, `{${one.prefix}}:b`, 1, `${two.prefix}:a`, 1);
    await one.close();
    expect(await client.exists(`${one.prefix}:a`, `{${one.prefix}}:b`)).toBe(0);
    expect(await client.exists(`${two.prefix}:a`)).toBe(1);
    await two.close();
    expect(await client.exists(`${two.prefix}:a`)).toBe(0);
  });
});

describe('privateRedis', () => {
  it('is gone after kill9 and comes back at the same place with its data', async () => {
    const server = await startPrivate();
    const client = connect(server.connection);
    await client.set('kept', 'yes');
    const before = server.pid;
    await server.kill9();
    expect(() => server.pid).toThrow('does not run');
    const answer = client.get('kept');
    await server.restart();
    expect(await answer).toBe('yes');
    expect(server.pid).not.toBe(before);
  });

  it('can be frozen and thawed, and stopped while frozen', async () => {
    const server = await startPrivate();
    const client = connect(server.connection);
    await client.set('kept', 'yes');
    server.freeze();
    const answered = vi.fn();
    const answer = client.get('kept').then(answered);
    expect(await askState(server.connection.path, 100)).toBe('silent');
    expect(answered).not.toHaveBeenCalled();
    server.thaw();
    await answer;
    expect(answered).toHaveBeenCalledWith('yes');
    server.freeze();
    await server.stop();
    expect(() => server.pid).toThrow('does not run');
  });
});
