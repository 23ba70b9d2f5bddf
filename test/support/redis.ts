/**
 * Redis for tests. `testRedis()` gives a share, told apart by a key prefix, of the one server of the test run;
 * `privateRedis()` gives a server that a test may kill.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import type { ProvidedRedis } from './global-setup.ts';

export { type PrivateRedis, type PrivateRedisOptions, privateRedis } from './private-redis.ts';

/** Options for ioredis and BullMQ, few enough to be spread into others. */
export type TestConnection =
  | { readonly path: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly db: number;
      readonly username?: string;
      readonly password?: string;
      readonly tls?: object;
    };

export interface TestRedis {
  readonly connection: TestConnection;
  /** Begins all keys of this test; nobody else's key begins so. */
  readonly prefix: string;
  /** Absent when the server is reached by a socket. */
  readonly url?: string;
  /** Deletes all keys that begin with the prefix. */
  flush(): Promise<void>;
  /** Flushes and disconnects. */
  close(): Promise<void>;
}

export async function testRedis(): Promise<TestRedis> {
  const provided = inject('redis');
  const connection = connectionTo(provided);
  const prefix = `test-${randomUUID().slice(0, 13)}`;
  const client = await connect(connection);
  const flush = () => deleteKeys(client, prefix);
  return {
    connection,
    prefix,
    ...(provided.kind === 'url' ? { url: provided.url } : {}),
    flush,
    close: async () => {
      await flush();
      client.disconnect();
    },
  };
}

async function connect(connection: TestConnection): Promise<Redis> {
  const client = new Redis({ ...connection, lazyConnect: true });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    client.disconnect();
    const { path, host, port } = { path: undefined, host: '', port: 0, ...connection };
    throw new Error(`The Redis of the tests at ${path ?? `${host}:${port}`} does not answer.`, { cause });
  }
}

function connectionTo(provided: ProvidedRedis): TestConnection {
  if (provided.kind === 'none') throw new Error(`This test needs a Redis. ${provided.reason}`);
  if (provided.kind === 'socket') return { path: provided.path };
  const url = new URL(provided.url);
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

async function deleteKeys(client: Redis, prefix: string): Promise<void> {
  // A key may stand in braces first, as Cluster's hash tags do: `{prefix…`.
  for (const pattern of [`${prefix}*`, `{${prefix}*`]) {
    let cursor = '0';
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
      if (keys.length > 0) await client.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
  }
}
