/**
 * Blocking reads, each on a connection that nobody else uses meanwhile. A read is ended early by appending to a stream of
 * its own that it waits for too: unlike CLIENT UNBLOCK this needs no special rights and survives a reconnect.
 */
import { randomBytes } from 'node:crypto';
import { Command } from 'ioredis';
import { endConnection } from './end-connection.ts';
import type { RedisClient } from './open-client.ts';

/** Idle connections kept open. */
const IDLE_CONNECTIONS = 4;

export interface BlockingConnection {
  readonly redis: RedisClient;
  /** Names this connection's wake-up stream. */
  readonly name: string;
  /** Last entry seen of it. */
  wakeCursor: string;
}

export interface BlockingPool {
  /** Lends a connection for as long as `work` runs. */
  use<T>(work: (connection: BlockingConnection) => Promise<T>): Promise<T>;
  close(): void;
}

export function createBlockingPool(open: () => RedisClient): BlockingPool {
  const idle: BlockingConnection[] = [];
  const all = new Set<BlockingConnection>();
  let closed = false;
  const take = (): BlockingConnection => {
    const known = idle.pop();
    if (known !== undefined) return known;
    const connection = { redis: open(), name: randomBytes(9).toString('base64url'), wakeCursor: '0-0' };
    all.add(connection);
    return connection;
  };
  const giveBack = (connection: BlockingConnection) => {
    // One that was ended, or tries to reconnect, would keep the next read waiting.
    if (!closed && connection.redis.status === 'ready' && idle.length < IDLE_CONNECTIONS) {
      idle.push(connection);
      return;
    }
    all.delete(connection);
    endConnection(connection.redis);
  };
  return {
    async use(work) {
      const connection = take();
      try {
        return await work(connection);
      } finally {
        giveBack(connection);
      }
    },
    close() {
      closed = true;
      for (const { redis } of all) endConnection(redis);
    },
  };
}

/** One stream's new entries. */
export type StreamReply = readonly [key: string, entries: readonly StreamEntry[]];
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** XREAD on the connection; `blockMs` 0 does not wait. Replies as Redis gives them; null when there was nothing. */
export function readStreams(
  { redis }: Pick<BlockingConnection, 'redis'>,
  streams: ReadonlyMap<string, string>,
  limits: { readonly count: number; readonly blockMs: number },
): Promise<readonly StreamReply[] | null> {
  const command = new Command('xread', readArguments(streams, limits), { replyEncoding: 'utf8' });
  return redis.sendCommand(command) as Promise<readonly StreamReply[] | null>;
}

function readArguments(
  streams: ReadonlyMap<string, string>,
  { count, blockMs }: { readonly count: number; readonly blockMs: number },
): (string | number)[] {
  const block = blockMs > 0 ? ['BLOCK', Math.ceil(blockMs)] : [];
  return ['COUNT', count, ...block, 'STREAMS', ...streams.keys(), ...streams.values()];
}
