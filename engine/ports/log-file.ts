/**
 * The form of logs as files, in folders and buckets: one folder a run, lines `<number> TAB <ms> TAB <letter> TAB <text as JSON>`,
 * numbers ascending.
 */
import { SluiceError } from '../core/errors.ts';
import { isRunId } from '../core/run-id.ts';
import type { LogLine } from './log-store.ts';

const LETTERS = { stdout: 'o', stderr: 'e', system: 's' } as const satisfies Record<
  LogLine['stream'],
  string
>;
const STREAMS: ReadonlyMap<string, LogLine['stream']> = new Map([
  ['o', 'stdout'],
  ['e', 'stderr'],
  ['s', 'system'],
]);
const NEWLINE = 10;

/** A name from outside must not lead out of the place. @throws SluiceError internal */
export function logFolder(run: string): string {
  if (isRunId(run)) return run;
  throw new SluiceError('internal', `A log was asked for under "${run.slice(0, 60)}", which is no run id.`);
}

export function writeLine(number: number, { at, stream, text }: Omit<LogLine, 'id'>): string {
  return `${number}\t${at}\t${LETTERS[stream]}\t${JSON.stringify(text)}\n`;
}

/** Lines of a greater number, at most `limit`; what is no whole line (one that is being written) is left out. */
export function linesAfter(content: Buffer, number: number, limit: number): LogLine[] {
  const lines: LogLine[] = [];
  let at = number === 0 ? 0 : placeAfter(content, number);
  while (at < content.length && lines.length < limit) {
    const end = content.indexOf(NEWLINE, at);
    if (end < 0) break;
    const line = readLine(content.toString('utf8', at, end));
    if (line !== undefined && Number(line.id) > number) lines.push(line);
    at = end + 1;
  }
  return lines;
}

export function numberOfLast(content: Buffer): number | undefined {
  const end = content.lastIndexOf(NEWLINE);
  if (end < 0) return undefined;
  const start = end === 0 ? 0 : content.lastIndexOf(NEWLINE, end - 1) + 1;
  return numberAt(content, start);
}

/** Where to begin to look for lines of a greater number: by halving. */
function placeAfter(content: Buffer, number: number): number {
  let low = 0;
  let high = content.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = middle === 0 ? 0 : content.lastIndexOf(NEWLINE, middle - 1) + 1;
    const end = content.indexOf(NEWLINE, start);
    const next = end < 0 ? content.length : end + 1;
    if ((numberAt(content, start) ?? 0) <= number) low = Math.max(next, middle + 1);
    else high = start;
  }
  // What `low` stands at may be within a line only at the end of a damaged file.
  return low;
}

function numberAt(content: Buffer, start: number): number | undefined {
  const [text = ''] = content.toString('latin1', start, start + 20).split('\t');
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function readLine(text: string): LogLine | undefined {
  const [, id, at, letter, json] = /^(\d{1,15})\t(\d{1,16})\t([oes])\t(".*")$/s.exec(text) ?? [];
  const stream = STREAMS.get(letter ?? '');
  if (id === undefined || json === undefined || stream === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'string' ? { id, at: Number(at), stream, text: parsed } : undefined;
  } catch {
    return undefined;
  }
}
