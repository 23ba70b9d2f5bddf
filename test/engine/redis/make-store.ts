/** A Redis shard store for a test, alone under a prefix of its own. */
import { createConnections } from '../../../engine/redis/connection.ts';
import { createRedisShardStore, type RedisShardStoreOptions } from '../../../engine/redis/shard-store.ts';
import { testRedis } from '../../support/redis.ts';

export async function openConnections() {
  const redis = await testRedis();
  const connections = createConnections({ options: redis.connection, prefix: `${redis.prefix}:` });
  return {
    redis,
    connections,
    close: async () => {
      await connections.close();
      await redis.close();
    },
  };
}

export async function openStore(options: RedisShardStoreOptions = {}) {
  const { redis, connections, close } = await openConnections();
  return { store: createRedisShardStore(connections, options), connections, redis, close };
}
