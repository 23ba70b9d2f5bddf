/**
 * The log store in memory. Ids count lines from 1 within an attempt, so that the first id read tells how many lines the
 * cap has cost.
 */
import { DEFAULT_LOG_BYTES, type LogLine, type LogName, type LogStore } from '../ports/log-store.ts';

export interface MemoryLogStoreOptions {
  /** Lines kept of one attempt. Default 10,000. */
  readonly maxLines?: number;
  /** Bytes of text kept of one attempt. Default `DEFAULT_LOG_BYTES`. */
  readonly maxBytes?: number;
}

interface AttemptLog {
  written: number;
  bytes: number;
  readonly lines: LogLine[];
}

export interface MemoryLogStore extends LogStore {
  /** Removes the logs of all its attempts. */
  forget(run: string): void;
}

export function createMemoryLogStore(options: MemoryLogStoreOptions = {}): MemoryLogStore {
  const { maxLines = 10_000, maxBytes = DEFAULT_LOG_BYTES } = options;
  const logs = new Map<string, AttemptLog>();
  return {
    forget(run) {
      for (const key of [...logs.keys()]) if (key.startsWith(`${run}:`)) logs.delete(key);
    },
    async append(name, lines) {
      const log = logs.get(logKey(name)) ?? { written: 0, bytes: 0, lines: [] };
      logs.set(logKey(name), log);
      for (const line of lines) {
        log.lines.push({ ...line, id: String(++log.written) });
        log.bytes += Buffer.byteLength(line.text);
      }
      const most = log.lines.length - lines.length;
      let gone = 0;
      for (; gone < most && (log.bytes > maxBytes || log.lines.length - gone > maxLines); gone++)
        log.bytes -= Buffer.byteLength(log.lines[gone]?.text ?? '');
      log.lines.splice(0, Math.max(gone, log.lines.length - maxLines));
    },
    async read(name, after, limit) {
      const lines = logs.get(logKey(name))?.lines ?? [];
      const first = lines.findIndex(({ id }) => Number(id) > Number(after));
      return first === -1 ? [] : lines.slice(first, first + limit).map((line) => ({ ...line }));
    },
  };
}

function logKey({ run, node, attempt }: LogName): string {
  return `${run}:${node}:${attempt}`;
}
