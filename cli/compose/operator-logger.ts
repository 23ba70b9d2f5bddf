/** What roles say of themselves: sentences on a terminal, JSON lines elsewhere, so that a collector can read them. The door of pino. */
import { pino } from 'pino';
import type { Logger } from '../../engine/ports/logger.ts';
import type { Host } from '../host.ts';
import { type Level, loggerOf, writeSentence } from './logger.ts';

export const LOGGER_LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly Level[];

/** For roles. Default level: `info`, or `debug` with SLUICE_DEBUG. */
export function operatorLogger(host: Host, least?: Level): Logger {
  const level = least ?? (host.settings.isDebug ? 'debug' : 'info');
  return host.stderr.isTTY ? sentenceLogger(host, level) : jsonLogger(host, level);
}

function sentenceLogger(host: Host, least: Level): Logger {
  const wanted = LOGGER_LEVELS.slice(LOGGER_LEVELS.indexOf(least));
  return loggerOf((level, message, fields) => {
    if (wanted.includes(level)) host.say(writeSentence(level, message, fields));
  });
}

/** A line of JSON each: `level`, `at`, the fields (run, node, …), `message`. */
function jsonLogger(host: Host, level: Level): Logger {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      formatters: { level: (name) => ({ level: name }) },
    },
    { write: (line) => host.say(line.trimEnd()) },
  );
  return loggerOf((name, message, fields = {}) => logger[name](fields, message));
}
