/** Which lines of logs somebody wants to see. Patterns are plain text unless said otherwise, and none may take long. */
import { matchingLines } from '../../core/bounded-pattern.ts';
import { messageOf, SluiceError } from '../../core/errors.ts';
import { isAtLeast, type LogLevel, levelOf } from '../../core/log-level.ts';
import type { LogLine } from '../../ports/log-store.ts';

export interface LogFilter {
  /** Text that a line must hold. */
  readonly grep?: string | undefined;
  /** `grep` is a regular expression of JavaScript. Default false. */
  readonly isRegex?: boolean | undefined;
  /** Default false. */
  readonly ignoresCase?: boolean | undefined;
  /** ms since 1970: no line before it. */
  readonly since?: number | undefined;
  /** The least important level. */
  readonly level?: LogLevel | undefined;
}

/** Longest pattern, characters. */
export const MAX_PATTERN = 1_000;
/** What one page of lines may take, ms: far above what an honest pattern does. */
const PATTERN_MS = 500;

/** @throws SluiceError not_possible when the pattern is none, or takes too long */
export function filterLines(lines: readonly LogLine[], filter: LogFilter): readonly LogLine[] {
  const { since, level } = filter;
  const wanted = lines.filter(
    (line) =>
      (since === undefined || line.at >= since) && (level === undefined || isAtLeast(levelOf(line), level)),
  );
  return filter.grep === undefined || filter.grep === '' ? wanted : grepLines(wanted, filter.grep, filter);
}

function grepLines(lines: readonly LogLine[], grep: string, filter: LogFilter): readonly LogLine[] {
  if (filter.isRegex === true) return grepPattern(lines, grep, filter);
  if (filter.ignoresCase !== true) return lines.filter(({ text }) => text.includes(grep));
  const lower = grep.toLowerCase();
  return lines.filter(({ text }) => text.toLowerCase().includes(lower));
}

function grepPattern(lines: readonly LogLine[], pattern: string, { ignoresCase = false }: LogFilter) {
  const texts = lines.map(({ text }) => text);
  const matches = tried(pattern, () => matchingLines(texts, { pattern, ignoresCase, timeoutMs: PATTERN_MS }));
  if (matches === undefined)
    throw new SluiceError(
      'not_possible',
      `The pattern ${quoted(pattern)} takes longer than ${PATTERN_MS} ms on these lines; write a simpler one, or search for plain text.`,
    );
  return lines.filter((_line, i) => matches[i] === true);
}

/** @throws SluiceError not_possible */
export function checkFilter({ grep, isRegex }: LogFilter): void {
  if (grep === undefined) return;
  if (grep.length > MAX_PATTERN)
    throw new SluiceError('not_possible', `A pattern may have ${MAX_PATTERN} characters at most.`);
  if (isRegex === true) tried(grep, () => new RegExp(grep, 'u'));
}

function tried<T>(pattern: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    // A message of the regular expression's own begins with the pattern.
    const why = messageOf(thrown).replace(/^Invalid regular expression: .*: /s, '');
    throw new SluiceError('not_possible', `${quoted(pattern)} is no regular expression: ${why}.`);
  }
}

function quoted(pattern: string): string {
  return JSON.stringify(pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern);
}
