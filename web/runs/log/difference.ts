/** Where the logs of two attempts differ. */
import type { LogLine } from '../../api/model.ts';
import { inertLine } from './inert-line.ts';

/** Longer logs are shown side by side and not compared. */
export const MOST_COMPARED = 200_000;

// Colours; then what differs each time a program runs: dates with times, times of a day, durations.
const COLOURS = /\u001b\[[0-9;]*m/g;
const TIMES =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b|\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|s|sec|seconds|minutes)\b/g;

/** The same for two lines that say the same, whenever they said it and however long it took. */
export function meaningOf({ stream, text }: Pick<LogLine, 'stream' | 'text'>): string {
  return `${stream} ${inertLine(text).replace(COLOURS, '').replace(TIMES, '…').trimEnd()}`;
}

/**
 * Places of the lines that the other attempt has not written, or not as often. Two streams of one program mix differently each
 * time, so that the order is left out of it.
 */
export function differing(
  lines: readonly Pick<LogLine, 'stream' | 'text'>[],
  others: readonly Pick<LogLine, 'stream' | 'text'>[],
): ReadonlySet<number> {
  const left = new Map<string, number>();
  for (const other of others) {
    const meaning = meaningOf(other);
    left.set(meaning, (left.get(meaning) ?? 0) + 1);
  }
  const found = new Set<number>();
  lines.forEach((line, at) => {
    const meaning = meaningOf(line);
    const many = left.get(meaning) ?? 0;
    if (many === 0) found.add(at);
    else left.set(meaning, many - 1);
  });
  return found;
}
