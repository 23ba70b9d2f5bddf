/**
 * Settings of the connections that BullMQ opens, and what its errors mean. The values were measured: with BullMQ's own
 * defaults a worker needs 18 s to come back after a Redis restart, and runs work twice meanwhile.
 */
import type { ConnectionOptions } from 'bullmq';
import { messageOf, SluiceError } from '../core/errors.ts';

/** Where Redis is: one server, or something whose clients are made elsewhere (a Cluster). */
export type QueueConnection = ServerConnection | ClientSource;

export interface ClientSource {
  /** Makes an ioredis client, which connects in the background. */
  open(settings: ClientSettings): EndableClient;
  /** Where BullMQ's own way of waiting for a job is not to be trusted: another. */
  waiting?(client: EndableClient, settings: ClientSettings): MemberWait | undefined;
}

interface ClientSettings {
  readonly name: string;
  readonly socketTimeoutMs: number;
  /** Null: commands are never given up. */
  readonly triesPerCommand: number | null;
}

/** Takes the first member of a sorted set, and waits for one. */
export interface MemberWait {
  /** Its score; null when there was none in time, or when the signal has ended the wait. */
  popFirst(key: string, timeoutS: number, signal: AbortSignal): Promise<number | null>;
  close(): void;
}

interface EndableClient {
  on(event: 'error', listener: (error: Error) => void): unknown;
  disconnect(): void;
}

/** Any option of ioredis may be there, too; those about reconnecting are set here. */
interface ServerConnection {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** A unix socket. */
  readonly path?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db?: number | undefined;
  readonly tls?: unknown;
}

/** Longest that a worker's connection waits for a job, seconds. Bounds how long a lost wake-up goes unnoticed. */
export const DRAIN_DELAY_S = 1;

/** Reconnect attempts that an add survives: about 10 s with the strategy below. */
const ADD_RETRIES = 20;

/**
 * Silence while a reply is due after which a socket counts as half open, ms: what it leads to has gone without a word, as the
 * old primary after a fail-over may. Several times the longest wait for a job.
 */
const SOCKET_TIMEOUT_MS = 5_000;

const SHARED_SETTINGS = {
  retryStrategy: (attempt: number): number => Math.min(50 * attempt, 1000),
  // After a fail-over the old primary answers so; a new connection finds the new one.
  reconnectOnError: (error: Error): boolean => /READONLY|LOADING/.test(error.message),
  // Its guess of how long it goes on loading may be seconds too long.
  maxLoadingRetryTime: 250,
  enableAutoPipelining: false,
  connectTimeout: 5_000,
} as const;

export interface Opened {
  /** As BullMQ takes it. */
  readonly connection: ConnectionOptions;
  readonly waiting: MemberWait | undefined;
  /** Ends what BullMQ leaves open: a client that it did not make itself. */
  end(): void;
}

/** For adding: gives up after about 10 s, because the relay adds again whatever did not arrive. */
export function openForAdding(connection: QueueConnection): Opened {
  return open(connection, 'sluice-add', { triesPerCommand: ADD_RETRIES, longestWaitS: 0 });
}

/** For consuming: never gives a command up, since BullMQ would take the failure for a failure of the work. */
export function openForConsuming(connection: QueueConnection, drainDelayS = DRAIN_DELAY_S): Opened {
  return open(connection, 'sluice-consume', { triesPerCommand: null, longestWaitS: drainDelayS });
}

function open(
  given: QueueConnection,
  name: string,
  {
    triesPerCommand,
    longestWaitS,
  }: { readonly triesPerCommand: number | null; readonly longestWaitS: number },
): Opened {
  const socketTimeoutMs = SOCKET_TIMEOUT_MS + 1_000 * Math.max(0, longestWaitS - DRAIN_DELAY_S);
  if (!isSource(given)) {
    const options = {
      ...given,
      ...SHARED_SETTINGS,
      socketTimeout: socketTimeoutMs,
      maxRetriesPerRequest: triesPerCommand,
    };
    return { connection: options as ConnectionOptions, waiting: undefined, end: () => {} };
  }
  const settings = { name, socketTimeoutMs, triesPerCommand };
  const client = given.open(settings);
  // BullMQ listens only while it uses the client; an error without a listener would end the process.
  client.on('error', () => {});
  const waiting = given.waiting?.(client, settings);
  const end = () => {
    waiting?.close();
    client.disconnect();
  };
  return { connection: client as ConnectionOptions, waiting, end };
}

function isSource(connection: QueueConnection): connection is ClientSource {
  return 'open' in connection;
}

/** True when Redis itself answered with an error (full, read-only, loading, busy), so that asking again at once is no use. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The scripts were forgotten (restart, SCRIPT FLUSH) between BullMQ's check and its call: nothing of that call happened. */
export function isForgottenScript(error: unknown): boolean {
  return messageOf(error).startsWith('NOSCRIPT');
}

export function addingFailed(error: unknown, queue: string, count: number): SluiceError {
  const code = isRefusal(error) ? 'redis_refused' : 'redis_unreachable';
  const reason = code === 'redis_refused' ? 'Redis refused' : 'Redis did not answer';
  const text = `${count} tickets were not added to the queue "${queue}": ${reason} (${messageOf(error)}). They are added again by the relay.`;
  return new SluiceError(code, text, { cause: error });
}
