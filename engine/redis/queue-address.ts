import { Cluster } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { type ClusterPop, createClusterPop } from './cluster-pop.ts';
import { type ClientSettings, openClient, type RedisClient } from './open-client.ts';

/**
 * Where BullMQ connects to: options for ioredis, or, where those would not do, a way to make clients.
 * (engine/bullmq's `QueueConnection`.)
 */
export type QueueAddress =
  | { readonly url: string }
  | { readonly path: string }
  | {
      open(settings: ClientSettings): RedisClient;
      /** In a Cluster: how to wait for a member of a sorted set. */
      readonly waiting?: (client: RedisClient, settings: ClientSettings) => ClusterPop | undefined;
    };

export function queueAddressOf(address: RedisAddress): QueueAddress {
  if (address.path !== undefined) return { path: address.path };
  if (address.url !== undefined && address.tls === undefined) return { url: address.url };
  const { cluster } = address;
  return {
    open: (settings) => openClient(address, settings),
    ...(cluster === undefined
      ? {}
      : {
          waiting: (client, settings) =>
            client instanceof Cluster ? createClusterPop(client, cluster, settings) : undefined,
        }),
  };
}
