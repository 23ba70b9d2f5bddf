/** Dates. `now()` is the moment that the scope fixes; nothing here reads a clock. */
import { parseDuration } from '../../duration.ts';
import { dateOnlyText, type Moment, parseMoment, timestampText } from '../moment.ts';
import { formatMoment } from '../moment-format.ts';
import type { Call } from './call.ts';
import type { FunctionRow } from './function.ts';

export const DATE_FUNCTIONS = {
  now: [
    0,
    0,
    'now(): when the node was prepared, as 2026-01-31T09:30:00.000Z',
    (c) => written(c, c.run.scope.now),
  ],
  date_add: [2, 2, "date_add(date, duration): the date so much later; '-1d' is earlier", dateAdd],
  date_format: [
    2,
    3,
    "date_format(date, 'YYYY-MM-DD HH:mm', 'Europe/Berlin'): the date as text, in that zone; UTC by default",
    dateFormat,
  ],
} satisfies Record<string, FunctionRow>;

function moment(call: Call): Moment {
  const found = parseMoment(call.text(0));
  if (found) return found;
  throw call.error('argument 1 must be a date such as 2026-01-31, or 2026-01-31T09:30:00Z with its offset');
}

function written(call: Call, ms: number): string {
  const text = timestampText(ms);
  if (text === undefined) throw call.error('the date is outside the years 1 to 9999');
  return text;
}

function dateAdd(call: Call): string {
  const { ms, hasTime } = moment(call);
  const text = call.text(1).trim();
  const sign = text.startsWith('-') ? -1 : 1;
  const duration = parseDuration(text.replace(/^[+-]/, ''));
  if (duration === undefined) throw call.error('argument 2 must be a duration such as 30s, 1h30m or -2d');
  const later = written(call, ms + sign * duration);
  // A date without a time stays one, so that days can be counted.
  return hasTime ? later : (dateOnlyText(later) ?? later);
}

function dateFormat(call: Call): string {
  const { ms } = moment(call);
  const zone = call.count > 2 ? call.text(2) : 'UTC';
  const formatted = formatMoment(ms, call.text(1), zone);
  if ('problem' in formatted) throw call.error(formatted.problem);
  call.run.checkTextLength(formatted.text.length);
  return formatted.text;
}
