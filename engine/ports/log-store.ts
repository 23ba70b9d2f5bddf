/**
 * Logs of tasks: lines per attempt, capped by lines and bytes. The oldest go first; ids count lines from 1 without gaps, so that
 * the first id read tells how many. Adapters: engine/redis, engine/memory, engine/s3,
 * runtime/files/directory-log-store.ts.
 */

export interface LogLine {
  /** Position for paging; increases within an attempt. */
  readonly id: string;
  /** ms since 1970, the worker's clock. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr' | 'system';
  readonly text: string;
}

export interface LogName {
  readonly run: string;
  readonly node: number;
  readonly attempt: number;
}

/** Bytes of text kept of one attempt, where nobody says otherwise. */
export const DEFAULT_LOG_BYTES = 4 * 1_024 ** 2;

/** How many lines a store likes at once; where an append costs more than a line, fewer and larger ones. */
export interface LogBatching {
  /** How long a line waits for others, ms. */
  readonly everyMs: number;
  /** Lines, and characters of text, that wait no longer. */
  readonly lines: number;
  readonly characters: number;
}

export interface LogStore {
  /** Default: for a store whose appends cost little. */
  readonly batching?: LogBatching;
  /** After a failure the same lines are appended again, as they were and before any others, so that a store can know them again. */
  append(name: LogName, lines: readonly Omit<LogLine, 'id'>[]): Promise<void>;
  /** Lines after the position `after` ('0' for all), at most `limit`. */
  read(name: LogName, after: string, limit: number): Promise<readonly LogLine[]>;
  /** Removes the logs of all attempts of a run. Absent: they go with the run's state. */
  remove?(run: string): Promise<void>;
  /** Ids of runs whose logs are kept, a page at a time; each once or more. Absent: they are beside the runs' state. */
  holders?(): AsyncIterable<readonly string[]>;
}

/** The number behind `after`; what is no position reads from the start. */
export function positionOf(after: string): number {
  const number = Number(after);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}
