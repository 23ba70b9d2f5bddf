/** The shard store on Redis. All its state is in Redis; each change is one script of lua/. */
import type { ShardStore } from '../ports/shard-store.ts';
import { clientStore } from './client-store.ts';
import type { Connections } from './connection.ts';
import { ownerStore } from './owner-store.ts';
import { createStoreContext, type RedisShardStoreOptions } from './store-context.ts';
import { workerStore } from './worker-store.ts';

export type { RedisShardStoreOptions } from './store-context.ts';

/** The store uses the connections and closes them with itself. */
export function createRedisShardStore(
  connections: Connections,
  options: RedisShardStoreOptions = {},
): ShardStore {
  const context = createStoreContext(connections, options);
  return {
    ...ownerStore(context),
    ...workerStore(context),
    ...clientStore(context),
    close: () => connections.close(),
  };
}
