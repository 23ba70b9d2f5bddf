/**
 * Opens ioredis clients for an address: how they reconnect, and when they give a command up, is settled here for all of them.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { ClusterAddress, RedisAddress, SentinelAddress, TlsSettings } from './address.ts';
import { SentinelClient } from './sentinel-client.ts';

export interface ClientSettings {
  /** For CLIENT LIST. */
  readonly name: string;
  /** Silence while an answer is due after which a connection counts as dead, ms. */
  readonly socketTimeoutMs: number;
  /** Reconnection tries, with pauses of 50 ms growing to 1 s, before a command fails; null for no end. */
  readonly triesPerCommand: number | null;
  /** Anything else that ioredis takes; wins. */
  readonly options?: RedisOptions | undefined;
}

export type RedisClient = Redis | Cluster;

/** Pause before a command is sent again in a Cluster, ms. */
const CLUSTER_RETRY_MS = 100;
/** The same after a redirection, ms. */
const CLUSTER_MOVED_MS = 20;
/** How often a command is sent again. Redirections and pauses alternate where a node is gone: about 5 s. */
const CLUSTER_TRIES = 80;
/** For a client that is to give nothing up: not endless, since a command may be lost in a fail-over; about 15 s. */
const MANY_CLUSTER_TRIES = 250;

/** Connects in the background. The caller must listen to `error`. */
export function openClient(address: RedisAddress, settings: ClientSettings): RedisClient {
  if (address.cluster !== undefined) return openCluster(address.cluster, settings);
  const options = optionsFor(address, settings);
  if (address.sentinel !== undefined) return new SentinelClient(options);
  return address.url === undefined ? new Redis(options) : new Redis(address.url, options);
}

/** A connection to one node of a Cluster, for what blocks. */
export function openNode(
  { username, password, tls }: ClusterAddress,
  node: { readonly host: string; readonly port: number },
  settings: ClientSettings,
): Redis {
  return new Redis({ ...basics(settings), ...credentials({ username, password, tls }), ...node, ...LEGACY });
}

function optionsFor(address: RedisAddress, settings: ClientSettings) {
  const { path, sentinel, tls } = address;
  const place = {
    ...(path === undefined ? {} : { path }),
    ...(sentinel === undefined ? {} : sentinelOptions(sentinel)),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
  };
  return { ...basics(settings), ...place, ...settings.options, ...LEGACY };
}

/** The replies that this folder reads are those of RESP2. */
const LEGACY = { protocol: 2, replyMapping: 'legacy' } as const;

/**
 * How often a Redis that loads its data is asked whether it is ready, ms. Its own guess, which clients follow by default, may be
 * seconds too long, and whoever works is taken for dead meanwhile.
 */
export const LOADING_LOOK_MS = 250;

function basics({ name, socketTimeoutMs, triesPerCommand }: ClientSettings) {
  return {
    connectionName: name,
    connectTimeout: 5_000,
    socketTimeout: socketTimeoutMs,
    retryStrategy: (times: number) => Math.min(50 * times, 1_000),
    maxRetriesPerRequest: triesPerCommand,
    maxLoadingRetryTime: LOADING_LOOK_MS,
    // After a fail-over this may be the old primary: look up the address again, and let the caller decide to repeat.
    reconnectOnError: (error: Error) => (/READONLY|LOADING/.test(error.message) ? (1 as const) : false),
    enableAutoPipelining: false,
    ...LEGACY,
  } satisfies RedisOptions;
}

function sentinelOptions(sentinel: SentinelAddress): RedisOptions {
  const { sentinels, name, db, tls } = sentinel;
  return {
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    name,
    ...(db === undefined ? {} : { db }),
    ...credentials(sentinel),
    ...(tls === undefined ? {} : { sentinelTLS: { ...tls }, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: (times: number) => Math.min(50 * times, 1_000),
    // The Sentinels tell of a new primary; without this the old one is asked until it answers.
    failoverDetector: true,
  };
}

function credentials({
  username,
  password,
  tls,
}: {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: TlsSettings | undefined;
}): RedisOptions {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
  };
}

function openCluster(address: ClusterAddress, settings: ClientSettings): Cluster {
  const { retryStrategy: _cluster, maxRetriesPerRequest, ...shared } = basics(settings);
  return new Cluster(
    address.nodes.map(({ host, port }) => ({ host, port })),
    {
      redisOptions: {
        ...shared,
        ...credentials(address),
        ...settings.options,
        maxRetriesPerRequest: null,
        ...LEGACY,
      },
      clusterRetryStrategy: (times) => Math.min(50 * times, 1_000),
      maxRedirections: maxRetriesPerRequest === null ? MANY_CLUSTER_TRIES : CLUSTER_TRIES,
      retryDelayOnFailover: CLUSTER_RETRY_MS,
      retryDelayOnClusterDown: CLUSTER_RETRY_MS,
      retryDelayOnTryAgain: CLUSTER_RETRY_MS,
      // While a primary is being replaced, nodes point at the one that is gone.
      retryDelayOnMoved: CLUSTER_MOVED_MS,
      slotsRefreshTimeout: 2_000,
      // A change of the slots is noticed also by those who ask nothing of the slots that moved.
      slotsRefreshInterval: 5_000,
      enableAutoPipelining: false,
      // The names of certificates are those of hosts: a managed Cluster names its nodes so.
      ...(address.tls === undefined
        ? {}
        : { dnsLookup: (host: string, found: (error: null, host: string) => void) => found(null, host) }),
    },
  );
}
