import { Cluster, type Redis } from 'ioredis';

/**
 * Ends a connection for good, and rejects what waits on it. Two kinds of commands `disconnect` alone would leave waiting for
 * ever: between two tries to reconnect, all of them (there a last try is begun and broken off); and between a reconnection
 * and the first answer, those that were under way before and were to be sent again.
 */
export function endConnection(redis: Redis | Cluster): void {
  redis.disconnect();
  if (redis instanceof Cluster) return;
  if (redis.status === 'reconnecting') {
    redis.connect().catch(() => {});
    redis.disconnect();
  }
  rejectResends(redis);
}

/** What ioredis keeps, and forgets when a connection is ended before it was ready again. */
interface Resends {
  readonly prevCommandQueue?: {
    shift(): { readonly command: { reject(error: Error): void } } | undefined;
  } | null;
}

function rejectResends(redis: Redis): void {
  // Not in its types; where a later version has no such queue, there is nothing to reject.
  const queue = (redis as unknown as Resends).prevCommandQueue;
  for (let item = queue?.shift(); item !== undefined; item = queue?.shift())
    item.command.reject(new Error('Connection is closed.'));
}
