import { Cluster, type Redis } from 'ioredis';

/**
 * Ends a connection for good, and rejects what waits on it. Between two tries to reconnect, `disconnect` alone would leave
 * commands waiting for ever: there a last try is begun and broken off.
 */
export function endConnection(redis: Redis | Cluster): void {
  redis.disconnect();
  if (redis instanceof Cluster) return;
  if (redis.status !== 'reconnecting') return;
  redis.connect().catch(() => {});
  redis.disconnect();
}
