/**
 * Connections to one Redis: one for ordinary commands, and blocking ones in a pool (blocking-pool.ts).
 * They reconnect by themselves; commands under way are sent again, hence all of them are idempotent. A command fails with
 * `redis_unreachable` after about 4 s without Redis, and its effect is then unknown. Troubles are logged once a second at most.
 */
import { Command, Redis, type RedisOptions } from 'ioredis';
import { SluiceError } from '../core/errors.ts';
import { type Logger, SILENT } from '../ports/logger.ts';
import { type BlockingPool, createBlockingPool } from './blocking-pool.ts';
import { endConnection } from './end-connection.ts';
import { createKeys, DEFAULT_PREFIX, type Keys } from './keys.ts';
import { toSluiceError } from './redis-failure.ts';

/** Longest wait of a blocking read, ms. */
export const MAX_BLOCK_MS = 1_000;

export interface ConnectionOptions {
  /** `redis://` or `rediss://` URL. */
  readonly url?: string;
  /** Unix socket. */
  readonly path?: string;
  /** Anything else that ioredis takes; wins over url and path. */
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
  readonly redis: Redis;
  readonly blocking: BlockingPool;
  /** Sends one command. @throws SluiceError redis_unreachable, redis_refused, closed. */
  call(name: string, args: readonly Argument[]): Promise<unknown>;
  /** As `call`, with texts of the reply as bytes. */
  callForBytes(name: string, args: readonly Argument[]): Promise<unknown>;
  /** What a caller should be told for something that ioredis threw. */
  explain(thrown: unknown): SluiceError;
  /** Resolves when Redis answers. @throws SluiceError redis_unreachable after `timeoutMs`, redis_refused. */
  ready(timeoutMs: number): Promise<void>;
  /** Ends all connections; later calls reject with `closed`. */
  close(): Promise<void>;
}

export type Argument = string | number | Buffer;

/** Connects in the background; the first command waits for it. */
export function createConnections(given: ConnectionOptions): Connections {
  const place = describePlace(given);
  const logger = given.logger ?? SILENT;
  const report = createReport(logger, place);
  const open = (name: string, socketTimeoutMs: number) => connect(given, name, socketTimeoutMs, report);
  const keys = createKeys(given.prefix ?? DEFAULT_PREFIX);
  const redis = open('sluice', 10 * MAX_BLOCK_MS);
  const blocking = createBlockingPool(() => open('sluice-blocking', 2.5 * MAX_BLOCK_MS));
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
  const send = (name: string, args: readonly Argument[], replyEncoding: BufferEncoding | null) => {
    if (closed) return Promise.reject(explain(undefined));
    const command = new Command(name, args as Argument[], { replyEncoding });
    return (redis.sendCommand(command) as Promise<unknown>).catch(fail);
  };
  return {
    keys,
    place,
    logger,
    redis,
    blocking,
    call: (name, args) => send(name, args, 'utf8'),
    explain,
    callForBytes: (name, args) => send(name, args, null),
    ready: (timeoutMs) => awaitReady(redis, timeoutMs, explain),
    async close() {
      if (closed) return;
      closed = true;
      blocking.close();
      await quit(redis);
    },
  };
}

/** Lets what is under way be answered, for a second at most. */
async function quit(redis: Redis): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1_000);
  });
  if (redis.status === 'ready') await Promise.race([redis.quit().catch(() => {}), patience]);
  clearTimeout(timer);
  endConnection(redis);
}

function connect(
  given: ConnectionOptions,
  name: string,
  socketTimeout: number,
  report: (error: Error) => void,
): Redis {
  const options = {
    ...(given.path === undefined ? {} : { path: given.path }),
    connectionName: name,
    connectTimeout: 5_000,
    socketTimeout,
    retryStrategy: (times: number) => Math.min(50 * times, 1_000),
    maxRetriesPerRequest: given.triesPerCommand ?? 12,
    // After a fail-over this may be the old primary: look up the address again, and let the caller decide to repeat.
    reconnectOnError: (error: Error) => (/READONLY|LOADING/.test(error.message) ? (1 as const) : false),
    enableAutoPipelining: false,
    ...given.options,
    // The replies that this folder reads are those of RESP2.
    protocol: 2 as const,
    replyMapping: 'legacy' as const,
  } satisfies RedisOptions;
  const redis = given.url === undefined ? new Redis(options) : new Redis(given.url, options);
  redis.on('error', report);
  return redis;
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
  redis: Redis,
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

function describePlace({ url, path, options }: ConnectionOptions): string {
  if (options?.path !== undefined || path !== undefined) return `unix socket ${options?.path ?? path}`;
  if (options?.host !== undefined || options?.port !== undefined)
    return `${options.host ?? 'localhost'}:${options.port ?? 6379}`;
  if (url === undefined || !URL.canParse(url)) return 'localhost:6379';
  const { hostname, port, pathname } = new URL(url);
  return hostname === '' ? pathname : `${hostname}:${port === '' ? 6379 : port}`;
}
