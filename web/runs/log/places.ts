/** Which lines of a log are shown, and where. */
import { isAtLeast, levelOf } from '../../../engine/core/log-level.ts';
import type { LogLine } from '../../api/model.ts';
import type { Shown } from './log-bar.tsx';

/** Places of lines in a log, by the row that shows them. */
export interface Places {
  readonly size: number;
  at(row: number): number;
  has(place: number): boolean;
  /** Row of a place that is shown. */
  rowOf(place: number): number;
}

export function placesOf(
  lines: readonly LogLine[],
  { stream, least, onlyDiffering }: Shown,
  different: ReadonlySet<number> | undefined,
): Places {
  const wanted = onlyDiffering ? different : undefined;
  if (stream === 'all' && least === 'debug' && wanted === undefined) {
    const size = lines.length;
    return { size, at: (row) => row, has: (place) => place >= 0 && place < size, rowOf: (place) => place };
  }
  const rows: number[] = [];
  const rowOf = new Map<number, number>();
  lines.forEach((line, place) => {
    if (stream !== 'all' && line.stream !== stream) return;
    if (least !== 'debug' && !isAtLeast(levelOf(line), least)) return;
    if (wanted?.has(place) === false) return;
    rowOf.set(place, rows.length);
    rows.push(place);
  });
  return {
    size: rows.length,
    at: (row) => rows[row] ?? 0,
    has: (place) => rowOf.has(place),
    rowOf: (place) => rowOf.get(place) ?? 0,
  };
}

/** Places of lines with this text, whatever the case. */
export function hitsOf(lines: readonly LogLine[], sought: string): readonly number[] {
  const wanted = sought.toLowerCase();
  return lines.flatMap(({ text }, at) => (text.toLowerCase().includes(wanted) ? [at] : []));
}
