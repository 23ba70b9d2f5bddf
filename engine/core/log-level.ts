/**
 * How important a line of a task's log is. Programs write text, so a line is asked first what it says of itself (`ERROR …`,
 * `[warn] …`, `level=error`, a JSON line's `level`), and else what it came through: stderr is a warning, all else is information.
 */

/** From the least important to the most. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface Line {
  readonly stream: 'stdout' | 'stderr' | 'system';
  readonly text: string;
}

/** Where a line says its level, if it does: behind a time and a name at most. */
const HEAD = 160;

const WORDS: ReadonlyMap<string, LogLevel> = new Map([
  ['trace', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['notice', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['err', 'error'],
  ['fatal', 'error'],
  ['critical', 'error'],
  ['panic', 'error'],
]);

// No nested repetition in any of them: they take linear time on any text.
const KEYED = /(?:^|[\s,{])"?(?:level|lvl|severity|loglevel)"?\s?[=:]\s?"?([A-Za-z]{3,8}|[1-6]0)\b/i;
const BRACKETED = /^[^[<(]{0,60}[[<(]\s{0,4}([A-Za-z]{3,8})\s{0,4}[\])>]/;
/** Behind a time at most: `2026-01-01 12:00:00,123 ERROR …`. */
const CAPITALS = /^[\d\s:.,TZ+/-]{0,40}(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|PANIC)\b/;
/** Behind a program's name at most: `error: …`, `gcc: warning: …`; not `info about errors`. */
const WITH_COLON = /^(?:[\w./-]{1,40}:\s)?(error|warning|fatal|panic|debug):/i;

/** Numbers of levels as pino and bunyan write them. */
const NUMBERS: ReadonlyMap<string, LogLevel> = new Map([
  ['10', 'debug'],
  ['20', 'debug'],
  ['30', 'info'],
  ['40', 'warn'],
  ['50', 'error'],
  ['60', 'error'],
]);

export function levelOf({ stream, text }: Line): LogLevel {
  return said(text.slice(0, HEAD)) ?? (stream === 'stderr' ? 'warn' : 'info');
}

function said(head: string): LogLevel | undefined {
  const keyed = KEYED.exec(head)?.[1];
  if (keyed !== undefined) return NUMBERS.get(keyed) ?? WORDS.get(keyed.toLowerCase());
  const bracketed = WORDS.get(BRACKETED.exec(head)?.[1]?.toLowerCase() ?? '');
  if (bracketed !== undefined) return bracketed;
  const word = CAPITALS.exec(head)?.[1] ?? WITH_COLON.exec(head)?.[1];
  return WORDS.get(word?.toLowerCase() ?? '');
}

export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
