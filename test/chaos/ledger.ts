/**
 * The ledger of chaos runs: what tasks say of their work on disk, out of the engine's reach. A line is one JSON object and one
 * write to a file opened for appending, so lines never mix and outlive whoever wrote them.
 *
 * Beside `start` and `end` a worker notes `taken` when Redis has answered that an outcome counts: from then on it must.
 */
import { existsSync, readFileSync } from 'node:fs';

export interface LedgerLine {
  readonly what: 'start' | 'end' | 'taken';
  readonly run: string;
  /** As in the history: `resize`, `resize[3]`. Of `taken` absent: the flight says who. */
  readonly node: string;
  readonly attempt: number;
  /** Null of a shell task, which is not told. */
  readonly generation: number | null;
  readonly delivery: number | null;
  /** Process id of the worker. */
  readonly worker: number;
  /** ms since 1970, of a clock that no fault moves. */
  readonly at: number;
  /** Names this piece of work; its output, when it succeeds. */
  readonly token: string;
  /** start: what it was handed of its needs. */
  readonly given?: { readonly [need: string]: string | readonly string[] };
  /** end: how. */
  readonly as?: 'succeeded' | 'failed' | 'stopped';
}

/** Shell text that defines `note start|end` and TOKEN. It needs LEDGER in the environment. */
export const SHELL_NOTES = [
  'TOKEN="s$$-${EPOCHREALTIME/[.,]/}"',
  'note() {',
  '  local as=; [ "$1" = end ] && as=\',"as":"succeeded"\'',
  '  printf \'{"what":"%s","run":"%s","node":"%s","attempt":%s,"generation":null,"delivery":null,"worker":%s,"at":%s,"token":"%s"%s}\\n\' \\',
  '    "$1" "$SLUICE_RUN_ID" "$SLUICE_TASK${SLUICE_INDEX:+[$SLUICE_INDEX]}" "$SLUICE_ATTEMPT" "$PPID" \\',
  '    "$((${EPOCHREALTIME/[.,]/} / 1000))" "$TOKEN" "$as" >> "$LEDGER"',
  '}',
].join('\n');

/** All whole lines of a ledger, in the order written. */
export function readLedger(path: string): LedgerLine[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LedgerLine);
}
