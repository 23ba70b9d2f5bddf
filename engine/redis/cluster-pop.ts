/**
 * Waits for the first member of a sorted set in a Redis Cluster, and takes it. On a connection of its own to the node that holds
 * the key, which is dropped at every trouble: so a wait always ends, also when a primary dies and another takes its place.
 */
import { type Cluster, Command } from 'ioredis';
import type { ClusterAddress } from './address.ts';
import { createNodePool, nodeOf } from './cluster-nodes.ts';
import { endConnection } from './end-connection.ts';
import { type ClientSettings, openNode } from './open-client.ts';

export interface ClusterPop {
  /**
   * The member's score; null when there was none in time, or when the signal has ended the wait.
   * Rejects when the node does not answer; the caller pauses and asks again.
   */
  popFirst(key: string, timeoutS: number, signal: AbortSignal): Promise<number | null>;
  close(): void;
}

/** Over what a wait is meant to take, ms. */
const PATIENCE_MS = 2_000;

export function createClusterPop(
  cluster: Cluster,
  address: ClusterAddress,
  settings: ClientSettings,
): ClusterPop {
  const pool = createNodePool((node) => {
    const connection = openNode(address, node, { ...settings, triesPerCommand: 0 });
    connection.on('error', () => {});
    return connection;
  });
  return {
    async popFirst(key, timeoutS, signal) {
      const node = nodeOf(cluster, key);
      if (node === undefined) throw new Error(`no node of the Redis Cluster is known to hold ${key}`);
      const connection = pool.take(node);
      const end = () => endConnection(connection);
      const timer = setTimeout(end, timeoutS * 1_000 + PATIENCE_MS);
      signal.addEventListener('abort', end, { once: true });
      try {
        const command = new Command('bzpopmin', [key, timeoutS], { replyEncoding: 'utf8' });
        const reply = (await connection.sendCommand(command)) as [string, string, string] | null;
        pool.giveBack(node, connection);
        return reply === null ? null : Number(reply[2]);
      } catch (thrown) {
        end();
        if (signal.aborted) return null;
        // The slot may have moved.
        cluster.refreshSlotsCache();
        throw thrown;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
      }
    },
    close: () => pool.close(),
  };
}
