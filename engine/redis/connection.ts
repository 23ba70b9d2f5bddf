/**
 * Connections to one Redis, or to one Cluster: one for ordinary commands, and blocking ones (blocking-pool.ts, cluster-reads.ts).
 * They reconnect by themselves; commands under way are sent again, hence all of them are idempotent. A command fails with
 * `redis_unreachable` after about 4 s without Redis, and its effect is then unknown. Troubles are logged once a second at most.
 */
import { Cluster, Command, type RedisOptions } from 'ioredis';
import { SluiceError } from '../core/errors.ts';
import { type Logger, SILENT } from '../ports/logger.ts';
import { describeAddress, type RedisAddress } from './address.ts';
import { type BlockingPool, createBlockingPool } from './blocking-pool.ts';
import { type ClusterReads, createClusterReads } from './cluster-reads.ts';
import { endConnection } from './end-connection.ts';
import { createKeys, DEFAULT_PREFIX, type Keys } from './keys.ts';
import { openClient, openNode, type RedisClient } from './open-client.ts';
import { toSluiceError } from './redis-failure.ts';

/** Longest wait of a blocking read, ms. */
export const MAX_BLOCK_MS = 1_000;

/**
 * Silence while an answer is due after which a connection counts as dead, ms: what it leads to may have gone without a word, as
 * the old primary after a fail-over. No command takes nearly so long; one that is sent again is harmless.
 */
const SILENCE_MS = 5_000;

export interface ConnectionOptions extends RedisAddress {
  /** Anything else that ioredis takes; wins over the address. */
  readonly options?: RedisOptions;
  /** Before every key. Default `sluice:`. */
  readonly prefix?: string;
  readonly logger?: Logger;
  /** Reconnection tries, with pauses of 50 ms growing to 1 s, before a command fails. Default 12: about 4 s. */
  readonly triesPerCommand?: number;
}

export interface Connections {
  readonly keys: Keys;
  /** Where Redis is, in words, without its password. */
  readonly place: string;
  readonly logger: Logger;
  /** The ordinary connection. */
  readonly redis: RedisClient;
  readonly blocking: BlockingPool;
  /** Blocking reads where Redis is a Cluster. */
  readonly clusterReads: ClusterReads | undefined;
  /** Sends one command. @throws SluiceError redis_unreachable, redis_refused, closed. */
  call(name: string, args: readonly Argument[]): Promise<unknown>;
  /** As `call`, with texts of the reply as bytes. */
  callForBytes(name: string, args: readonly Argument[]): Promise<unknown>;
  /** Asks each server that holds data: one, or the primaries of a Cluster. With where it is, in words. */
  callEach(
    name: string,
    args: readonly Argument[],
  ): Promise<readonly (readonly [place: string, reply: unknown])[]>;
  /** The servers that hold data, as `callEach` asks them, to be asked one by one. */
  servers(): readonly Server[];
  /** What a caller should be told for something that ioredis threw. */
  explain(thrown: unknown): SluiceError;
  /** Resolves when Redis answers. @throws SluiceError redis_unreachable after `timeoutMs`, redis_refused. */
  ready(timeoutMs: number): Promise<void>;
  /** Ends all connections; later calls reject with `closed`. */
  close(): Promise<void>;
}

/** One server that holds data. */
export interface Server {
  /** Where it is, in words. */
  readonly place: string;
  call(name: string, args: readonly Argument[]): Promise<unknown>;
}

export type Argument = string | number | Buffer;

/** Connects in the background; the first command waits for it. */
export function createConnections(given: ConnectionOptions): Connections {
  const place = describePlace(given);
  const logger = given.logger ?? SILENT;
  const report = createReport(logger, place);
  const listen = <Client extends RedisClient>(client: Client): Client => {
    client.on('error', report);
    return client;
  };
  const settings = (name: string, socketTimeoutMs: number) => ({
    name,
    socketTimeoutMs,
    triesPerCommand: given.triesPerCommand ?? 12,
    options: given.options,
  });
  const blockingSettings = settings('sluice-blocking', 2.5 * MAX_BLOCK_MS);
  const keys = createKeys(given.prefix ?? DEFAULT_PREFIX);
  const redis = listen(openClient(given, settings('sluice', SILENCE_MS)));
  const blocking = createBlockingPool(() => listen(openClient(given, blockingSettings)));
  const { cluster } = given;
  const clusterReads =
    cluster !== undefined && redis instanceof Cluster
      ? createClusterReads(redis, (node) => listen(openNode(cluster, node, blockingSettings)), report)
      : undefined;
  let closed = false;
  let lastTrouble: Error | undefined;
  redis.on('error', (error) => {
    lastTrouble = error;
  });
  const explain = (thrown: unknown) =>
    closed
      ? new SluiceError('closed', `The connection to Redis at ${place} was closed; open a new one to go on.`)
      : toSluiceError(thrown, place, lastTrouble);
  const fail = (thrown: unknown): never => {
    throw explain(thrown);
  };
  const sendTo = (
    client: RedisClient,
    name: string,
    args: readonly Argument[],
    replyEncoding: BufferEncoding | null,
  ) => {
    if (closed) return Promise.reject(explain(undefined));
    const command = new Command(name, args as Argument[], { replyEncoding });
    return (client.sendCommand(command) as Promise<unknown>).catch(fail);
  };
  const servers = () =>
    serversOf(redis, place).map(([where, client]) => ({
      place: where,
      call: (name: string, args: readonly Argument[]) => sendTo(client, name, args, 'utf8'),
    }));
  return {
    keys,
    place,
    logger,
    redis,
    blocking,
    clusterReads,
    servers,
    call: (name, args) => sendTo(redis, name, args, 'utf8'),
    explain,
    callForBytes: (name, args) => sendTo(redis, name, args, null),
    callEach: (name, args) =>
      Promise.all(servers().map(async (server) => [server.place, await server.call(name, args)] as const)),
    ready: (timeoutMs) => awaitReady(redis, timeoutMs, explain),
    async close() {
      if (closed) return;
      closed = true;
      blocking.close();
      clusterReads?.close();
      await quit(redis);
    },
  };
}

function serversOf(redis: RedisClient, place: string): readonly (readonly [string, RedisClient])[] {
  if (!(redis instanceof Cluster)) return [[place, redis]];
  return redis.nodes('master').map((node) => [`${node.options.host}:${node.options.port}`, node]);
}

/** Lets what is under way be answered, for a second at most. */
async function quit(redis: RedisClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1_000);
  });
  if (redis.status === 'ready') await Promise.race([redis.quit().catch(() => {}), patience]);
  clearTimeout(timer);
  endConnection(redis);
}

/** An `error` event without a listener would end the process; with one, an outage would flood the log. */
function createReport(logger: Logger, place: string): (error: Error) => void {
  let nextAt = 0;
  return (error) => {
    const now = performance.now();
    if (now < nextAt) return;
    nextAt = now + 1_000;
    logger.warn('Redis trouble; trying again', { redis: place, error: error.message });
  };
}

async function awaitReady(
  redis: RedisClient,
  timeoutMs: number,
  explain: (thrown: unknown) => SluiceError,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const late = new Error(`ETIMEDOUT: no answer within ${timeoutMs} ms`);
    timer = setTimeout(() => reject(late), timeoutMs);
  });
  try {
    await Promise.race([redis.ping(), timeout]);
  } catch (thrown) {
    throw explain(thrown);
  } finally {
    clearTimeout(timer);
  }
}

function describePlace(given: ConnectionOptions): string {
  const { options } = given;
  if (options?.path !== undefined) return describeAddress({ path: options.path });
  if (options?.host === undefined && options?.port === undefined) return describeAddress(given);
  return `${options.host ?? 'localhost'}:${options.port ?? 6379}`;
}
