/**
 * The log store in memory. Ids count lines from 1 within an attempt, so that the first id read tells how many lines the
 * cap has cost.
 */
import type { LogLine, LogName, LogStore } from '../ports/log-store.ts';

export interface MemoryLogStoreOptions {
  /** Lines kept of one attempt. Default 10,000. */
  readonly maxLines?: number;
}

interface AttemptLog {
  written: number;
  readonly lines: LogLine[];
}

export interface MemoryLogStore extends LogStore {
  /** Removes the logs of all its attempts. */
  forget(run: string): void;
}

export function createMemoryLogStore(options: MemoryLogStoreOptions = {}): MemoryLogStore {
  const maxLines = options.maxLines ?? 10_000;
  const logs = new Map<string, AttemptLog>();
  return {
    forget(run) {
      for (const key of [...logs.keys()]) if (key.startsWith(`${run}:`)) logs.delete(key);
    },
    async append(name, lines) {
      const log = logs.get(logKey(name)) ?? { written: 0, lines: [] };
      logs.set(logKey(name), log);
      for (const line of lines) log.lines.push({ ...line, id: String(++log.written) });
      log.lines.splice(0, log.lines.length - maxLines);
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
