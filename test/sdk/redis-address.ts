/** A share of the test server, as the SDK is given it. */
import { type TestRedis, testRedis } from '../support/redis.ts';

export interface RedisAddress {
  readonly redis: string;
  readonly prefix: string;
  close(): Promise<void>;
}

export async function redisAddress(): Promise<RedisAddress> {
  const shared = await testRedis();
  return { redis: addressOf(shared), prefix: `${shared.prefix}:`, close: () => shared.close() };
}

function addressOf({ connection, url }: TestRedis): string {
  if ('path' in connection) return `unix://${connection.path}`;
  return url ?? `redis://${connection.host}:${connection.port}/${connection.db}`;
}
