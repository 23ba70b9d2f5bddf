/**
 * The ledger: what tasks say of themselves, on disk, out of the engine's reach. Each task appends one line when its work
 * begins and one when it ends; a line is one write to a file opened for appending, so lines never mix.
 */
import { existsSync, readFileSync } from 'node:fs';

export interface LedgerLine {
  readonly run: string;
  readonly task: string;
  /** Index within a fan-out; null for a task without. */
  readonly index: number | null;
  readonly attempt: number;
  /** Process id of the worker that ran it. */
  readonly worker: number;
  /** Process id of the task's own shell, which leads its process group. */
  readonly pid: number;
  readonly what: 'start' | 'end';
  /** ms since 1970. */
  readonly at: number;
}

/** Shell text that defines `note start|end`. It needs LEDGER in the environment. */
export const NOTE_IN_SHELL = [
  'note() {',
  '  printf \'%s %s %s %s %s %s %s %s\\n\' "$SLUICE_RUN_ID" "$SLUICE_TASK" "${SLUICE_INDEX:--}" \\',
  '    "$SLUICE_ATTEMPT" "$PPID" "$$" "$1" "${EPOCHREALTIME/[.,]/}" >> "$LEDGER"',
  '}',
].join('\n');

export interface Ledger {
  readonly path: string;
  /** All lines so far, in the order written. */
  read(): readonly LedgerLine[];
}

export function openLedger(path: string): Ledger {
  return {
    path,
    read() {
      if (!existsSync(path)) return [];
      const text = readFileSync(path, 'utf8');
      return text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .filter(Boolean)
        .map(parseLine);
    },
  };
}

function parseLine(line: string): LedgerLine {
  const [run = '', task = '', index, attempt, worker, pid, what, at] = line.split(' ');
  if (what !== 'start' && what !== 'end')
    throw new Error(`The ledger holds a line that no task wrote: ${line}`);
  return {
    run,
    task,
    index: index === '-' ? null : Number(index),
    attempt: Number(attempt),
    worker: Number(worker),
    pid: Number(pid),
    what,
    at: Number(at) / 1_000,
  };
}

/** The node's id, as in the history. */
export function nodeOf({ task, index }: Pick<LedgerLine, 'task' | 'index'>): string {
  return index === null ? task : `${task}[${index}]`;
}
