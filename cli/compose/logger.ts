/** The engine's own messages as sentences. Those of roles: operator-logger.ts. */
import type { Json } from '../../engine/core/json.ts';
import type { Logger } from '../../engine/ports/logger.ts';
import type { Host } from '../host.ts';
import { plainText } from '../view/plain-text.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = { readonly [name: string]: Json };

/** For commands that people watch: only troubles, each as one note. */
export function troubleLogger(host: Host, note: (text: string) => void): Logger {
  return loggerOf((level, message, fields) => {
    const isTrouble = level === 'warn' || level === 'error';
    if (isTrouble || host.settings.isDebug) note(writeSentence(level, message, fields));
  });
}

export function loggerOf(write: (level: Level, message: string, fields?: Fields) => void): Logger {
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

export function writeSentence(level: Level, message: string, fields: Fields = {}): string {
  const details = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const mark = level === 'info' || level === 'debug' ? '' : `${level}: `;
  return plainText(`${mark}${message}${details.length > 0 ? ` (${details.join(' ')})` : ''}`);
}
