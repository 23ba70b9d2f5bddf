/** Logs of tasks: lines per attempt, capped (the oldest go first, and the reader is told how many). */

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

export interface LogStore {
  append(name: LogName, lines: readonly Omit<LogLine, 'id'>[]): Promise<void>;
  /** Lines after the position `after` ('0' for all), at most `limit`. */
  read(name: LogName, after: string, limit: number): Promise<readonly LogLine[]>;
}
