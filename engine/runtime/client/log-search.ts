/**
 * Lines of a whole run's logs, a page at a time: node by node as they stand in the run, attempt by attempt. A page is bounded by
 * the lines that it gives and by those that it looks at, so that no question holds the asker, or Redis, for long.
 */
import { SluiceError } from '../../core/errors.ts';
import { type LogLevel, levelOf } from '../../core/log-level.ts';
import type { LogLine, LogName, LogStore } from '../../ports/log-store.ts';
import type { Client } from './client.ts';
import { checkFilter, filterLines, type LogFilter } from './log-filter.ts';
import { nodeName, recordsOf } from './run-view.ts';

export interface LogQuery extends LogFilter {
  readonly run: string;
  /** A node (`resize[3]`), or all nodes of a task (`resize`). Default: all of the run. */
  readonly node?: string | undefined;
  /** Default: the last one of each node. */
  readonly attempt?: number | 'all' | undefined;
  /** Lines of a page. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface FoundLine extends LogLine {
  readonly node: string;
  readonly attempt: number;
  readonly level: LogLevel;
}

/** Lines that are not kept any more, since the log of the attempt grew beyond its cap. */
export interface MissingLines {
  readonly node: string;
  readonly attempt: number;
  readonly lines: number;
}

export interface LogPage {
  readonly lines: readonly FoundLine[];
  /** Of the attempts that this page begins to read. */
  readonly missing: readonly MissingLines[];
  /** For `cursor`; undefined at the end. A page may be empty and go on: nothing was found in what it looked at. */
  readonly next: string | undefined;
}

/** The log of one attempt. */
export interface NamedLog extends LogName {
  readonly name: string;
}

/** Lines of a log read at once. */
const READ = 500;
/** Lines and logs that one page looks at. */
const MAX_LINES = 20_000;
const MAX_LOGS = 2_000;
/** Logs read beside each other. */
const LOGS_AT_ONCE = 16;

interface Position {
  /** Place of the log among those that the question is about. */
  readonly log: number;
  /** Id of the last line seen there. */
  readonly after: string;
}

/** @throws SluiceError run_not_found, node_not_found, not_possible (the pattern) */
export async function searchLogs(
  { client, logs }: { readonly client: Pick<Client, 'load'>; readonly logs: LogStore },
  query: LogQuery,
): Promise<LogPage> {
  checkFilter(query);
  const from = positionOf(query.cursor);
  return new Search(logs, await logsOf(client, query), query).page(from);
}

/** The logs that a question is about, in order. @throws SluiceError run_not_found, node_not_found */
export async function logsOf(
  client: Pick<Client, 'load'>,
  { run, node: wanted, attempt }: Pick<LogQuery, 'run' | 'node' | 'attempt'>,
): Promise<readonly NamedLog[]> {
  const { stored, plan } = await client.load(run);
  const found: NamedLog[] = [];
  let isKnown = wanted === undefined || plan.tasks.some(({ id }) => id === wanted);
  for (const [node, record] of recordsOf(stored, plan).entries()) {
    const name = nodeName(record, node, plan);
    const task = plan.tasks[record.task];
    if (wanted !== undefined && wanted !== name && wanted !== task?.id) continue;
    isKnown = true;
    // The record of a fan-out's task has no log of its own.
    if (node < plan.tasks.length && task?.fanOut !== undefined) continue;
    for (const one of attemptsOf(record.attempt, attempt)) found.push({ run, node, name, attempt: one });
  }
  if (isKnown) return found;
  const ids = plan.tasks.map(({ id }) => id).join(', ');
  throw new SluiceError('node_not_found', `Run ${run} has no node "${wanted}". Its tasks: ${ids}.`);
}

function attemptsOf(last: number, wanted: LogQuery['attempt']): number[] {
  if (wanted === 'all') return Array.from({ length: last }, (_, i) => i + 1);
  const one = wanted ?? last;
  return one >= 1 && one <= last ? [one] : [];
}

class Search {
  readonly #store: LogStore;
  readonly #logs: readonly NamedLog[];
  readonly #query: LogQuery;
  readonly #lines: FoundLine[] = [];
  readonly #missing: MissingLines[] = [];
  #looked = 0;

  constructor(store: LogStore, logs: readonly NamedLog[], query: LogQuery) {
    this.#store = store;
    this.#logs = logs;
    this.#query = query;
  }

  async page(from: Position): Promise<LogPage> {
    const end = Math.min(this.#logs.length, from.log + MAX_LOGS);
    for (let at = from.log; at < end; at += LOGS_AT_ONCE) {
      const group = this.#logs.slice(at, Math.min(end, at + LOGS_AT_ONCE));
      const afterOf = (i: number) => (at + i === from.log ? from.after : '0');
      const begun = await Promise.all(group.map((log, i) => this.#store.read(log, afterOf(i), READ)));
      for (const [i, first] of begun.entries()) {
        const stopped = await this.#readLog(at + i, afterOf(i), first);
        if (stopped !== undefined) return this.#result(stopped);
      }
    }
    return this.#result(end < this.#logs.length ? { log: end, after: '0' } : undefined);
  }

  /** Where it stopped, when the page is full before the log's end. */
  async #readLog(at: number, after: string, first: readonly LogLine[]): Promise<Position | undefined> {
    const log = this.#logs[at];
    if (log === undefined) return undefined;
    if (after === '0') this.#noteMissing(log, first[0]);
    let from = after;
    for (let read = first; read.length > 0; read = await this.#store.read(log, from, READ)) {
      const last = this.#take(log, read);
      if (last !== undefined) return { log: at, after: last };
      from = read.at(-1)?.id ?? from;
      if (read.length < READ) return undefined;
      if (this.#looked >= MAX_LINES) return { log: at, after: from };
    }
    return undefined;
  }

  #noteMissing({ name, attempt }: NamedLog, first: LogLine | undefined): void {
    const lines = Number(first?.id ?? 1) - 1;
    if (lines > 0) this.#missing.push({ node: name, attempt, lines });
  }

  /** Id of the last line taken, when there is no room for more. */
  #take({ name, attempt }: NamedLog, read: readonly LogLine[]): string | undefined {
    this.#looked += read.length;
    for (const line of filterLines(read, this.#query)) {
      this.#lines.push({ ...line, node: name, attempt, level: levelOf(line) });
      if (this.#lines.length >= this.#query.limit) return line.id;
    }
    return undefined;
  }

  #result(stopped: Position | undefined): LogPage {
    const next = stopped && `${stopped.log}.${stopped.after}`;
    return { lines: this.#lines, missing: this.#missing, next };
  }
}

/** What is no cursor begins at the start. Nodes of a run only ever become more, at the end. */
function positionOf(cursor: string | undefined): Position {
  const [, log, after] = /^(\d{1,9})\.(\d{1,15})$/.exec(cursor ?? '') ?? [];
  return log === undefined || after === undefined ? { log: 0, after: '0' } : { log: Number(log), after };
}
