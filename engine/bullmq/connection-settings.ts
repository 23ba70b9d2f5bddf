/**
 * Settings of the connections that BullMQ opens, and what its errors mean. The values were measured: with BullMQ's own
 * defaults a worker needs 18 s to come back after a Redis restart, and runs work twice meanwhile.
 */
import type { RedisOptions } from 'bullmq';
import { messageOf, SluiceError } from '../core/errors.ts';

/** Where Redis is. Any option of ioredis may be there, too; those about reconnecting are set here. */
export interface QueueConnection {
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

const SHARED_SETTINGS = {
  retryStrategy: (attempt: number): number => Math.min(50 * attempt, 1000),
  // After a fail-over the old primary answers so; a new connection finds the new one.
  reconnectOnError: (error: Error): boolean => /READONLY|LOADING/.test(error.message),
  enableAutoPipelining: false,
  connectTimeout: 5_000,
  // BullMQ never blocks longer than 10 s: silence for 12 s while a reply is due is a half-open socket.
  socketTimeout: 12_000,
} as const;

/** For adding: gives up after about 10 s, because the relay adds again whatever did not arrive. */
export function settingsForAdding(connection: QueueConnection): RedisOptions {
  return { ...connection, ...SHARED_SETTINGS, maxRetriesPerRequest: ADD_RETRIES } as RedisOptions;
}

/** For consuming: never gives a command up, since BullMQ would take the failure for a failure of the work. */
export function settingsForConsuming(connection: QueueConnection): RedisOptions {
  return { ...connection, ...SHARED_SETTINGS, maxRetriesPerRequest: null } as RedisOptions;
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
