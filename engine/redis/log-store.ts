/**
 * Logs of tasks on Redis: one capped stream per attempt. Ids count lines from 1 without gaps, so that the first id read
 * tells how many lines the cap has cost. One writer per attempt appends one batch after another.
 */
import { randomBytes } from 'node:crypto';
import { shardOf } from '../core/run-id.ts';
import {
  DEFAULT_LOG_BYTES,
  type LogLine,
  type LogName,
  type LogStore,
  positionOf,
} from '../ports/log-store.ts';
import type { Argument, Connections } from './connection.ts';
import { createScripts } from './scripts.ts';

export interface RedisLogStoreOptions {
  /** As the shard store's. */
  readonly shards: number;
  /** Lines kept of one attempt. Default 10,000. */
  readonly maxLines?: number;
  /** Bytes of text kept of one attempt. Default `DEFAULT_LOG_BYTES`. */
  readonly maxBytes?: number;
}

/** Lines in one script call. */
const BATCH_LINES = 250;

const LETTERS = { stdout: 'o', stderr: 'e', system: 's' } as const satisfies Record<
  LogLine['stream'],
  string
>;
const STREAMS: ReadonlyMap<string, LogLine['stream']> = new Map([
  ['o', 'stdout'],
  ['e', 'stderr'],
  ['s', 'system'],
]);

export function createRedisLogStore(connections: Connections, options: RedisLogStoreOptions): LogStore {
  const { keys, call } = connections;
  const { maxLines = 10_000, maxBytes = DEFAULT_LOG_BYTES } = options;
  const scripts = createScripts(connections);
  const keyOf = ({ run, node, attempt }: LogName) =>
    keys.log(shardOf(run, options.shards), run, node, attempt);
  /** Lines whose last answer was lost: how far they have come, and under which name they were sent. */
  const unanswered = new WeakMap<readonly Omit<LogLine, 'id'>[], { at: number; batch: string }>();
  return {
    async append(name, lines) {
      const sent = unanswered.get(lines) ?? { at: 0, batch: newBatch() };
      unanswered.set(lines, sent);
      // One after the other: a batch that is sent again knows itself only by the last entry.
      while (sent.at < lines.length) {
        const args = lines.slice(sent.at, sent.at + BATCH_LINES).flatMap(toArguments);
        await scripts.appendLog([keyOf(name)], [sent.batch, maxLines, maxBytes, ...args]);
        sent.at += BATCH_LINES;
        sent.batch = newBatch();
      }
      unanswered.delete(lines);
    },
    async read(name, after, limit) {
      if (limit <= 0) return [];
      const range = [keyOf(name), `(0-${positionOf(after)}`, '+', 'COUNT', limit];
      const entries = (await call('xrange', range)) as readonly (readonly [string, readonly string[]])[];
      return entries.map(([id, [, stream = '', , at, , text = '']]) => ({
        id: id.slice(2),
        at: Number(at),
        stream: STREAMS.get(stream) ?? 'system',
        text,
      }));
    },
  };
}

function newBatch(): string {
  return randomBytes(6).toString('base64url');
}

function toArguments({ stream, at, text }: Omit<LogLine, 'id'>): Argument[] {
  return [LETTERS[stream], at, text];
}
