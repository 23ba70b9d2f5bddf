/**
 * Cron patterns: five fields (minute, hour, day of month, month, day of week), or `@daily` and its kin. Parsed into sets;
 * which instants they name in a time zone is tick.ts' business.
 *
 * As in POSIX, a pattern that restricts both kinds of day fires when either fits.
 */

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 Sunday to 6. */
  readonly weekdays: ReadonlySet<number>;
  /** `L` in the field of days: the last of the month. */
  readonly lastDay: boolean;
  readonly restrictsDays: boolean;
  readonly restrictsWeekdays: boolean;
  /**
   * The hours are `*`, `*` with a step, or all: the pattern means elapsed time, and follows the clock when it is moved. Otherwise it
   * means times of the day, each of which comes once a day.
   */
  readonly isInterval: boolean;
}

export type CronReading = { readonly cron: Cron } | { readonly problem: string };

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const MINUTE: Field = { name: 'minute', from: 0, to: 59 };
const HOUR: Field = { name: 'hour', from: 0, to: 23 };
const DAY: Field = { name: 'day of the month', from: 1, to: 31 };
const MONTH: Field = { name: 'month', from: 1, to: 12, names: MONTHS };
/** 7 is Sunday, too. */
const WEEKDAY: Field = { name: 'day of the week', from: 0, to: 7, names: WEEKDAYS };

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

/** Days that the months have at most, from January. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A problem is the rest of a sentence that begins with the pattern: `has 4 fields, …`. */
export function parseCron(text: string): CronReading {
  const trimmed = text.trim().toLowerCase();
  if (trimmed.startsWith('@') && !ALIASES.has(trimmed))
    return { problem: `is none of the short forms, which are ${[...ALIASES.keys()].join(', ')}` };
  const fields = (ALIASES.get(trimmed) ?? trimmed).split(/\s+/);
  if (fields.length !== 5 || trimmed === '') {
    const count = trimmed === '' ? 0 : fields.length;
    return {
      problem: `has ${count} fields instead of five: minute, hour, day of the month, month, day of the week`,
    };
  }
  return readFields(fields);
}

function readFields([
  minute = '',
  hour = '',
  day = '',
  month = '',
  weekday = '',
]: readonly string[]): CronReading {
  const lastDay = day.split(',').includes('l');
  const plainDays = day.split(',').filter((part) => part !== 'l');
  const minutes = parseField(MINUTE, minute);
  const hours = parseField(HOUR, hour);
  const days = lastDay && plainDays.length === 0 ? new Set<number>() : parseField(DAY, plainDays.join(','));
  const months = parseField(MONTH, month);
  const weekdays = parseField(WEEKDAY, weekday);
  for (const field of [minutes, hours, days, months, weekdays])
    if (typeof field === 'string') return { problem: field };
  const cron: Cron = {
    minutes: sorted(minutes),
    hours: sorted(hours),
    days: new Set(days as ReadonlySet<number>),
    months: new Set(months as ReadonlySet<number>),
    weekdays: new Set(sorted(weekdays).map((one) => one % 7)),
    lastDay,
    restrictsDays: !isStarred(day),
    restrictsWeekdays: !isStarred(weekday),
    isInterval: isStarred(hour) || sorted(hours).length === 24,
  };
  return isPossible(cron) ? { cron } : { problem: `names a day that none of its months has` };
}

function isStarred(field: string): boolean {
  return field.startsWith('*') || field === '?';
}

function sorted(values: ReadonlySet<number> | string): number[] {
  return typeof values === 'string' ? [] : [...values].sort((a, b) => a - b);
}

function isPossible({ days, months, lastDay, restrictsDays, restrictsWeekdays }: Cron): boolean {
  if (!restrictsDays || restrictsWeekdays || lastDay) return true;
  const earliest = Math.min(...days);
  return [...months].some((month) => earliest <= (LONGEST[month - 1] ?? 0));
}

/** The values of one field, or what is wrong with it. */
function parseField(field: Field, text: string): ReadonlySet<number> | string {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const problem = addPart(field, part, values);
    if (problem !== undefined) return problem;
  }
  return values;
}

function addPart(field: Field, part: string, values: Set<number>): string | undefined {
  const [range = '', stepText, ...more] = part.split('/');
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  const bounds = rangeOf(field, range, stepText !== undefined);
  if (more.length > 0 || step === undefined || step < 1 || bounds === undefined) return wrong(field, part);
  const [from, to] = bounds;
  if (from > to) return wrong(field, part);
  for (let value = from; value <= to; value += step) values.add(value);
  return undefined;
}

/** `5/10` runs from 5 to the end. */
function rangeOf(field: Field, text: string, hasStep: boolean): readonly [number, number] | undefined {
  if (text === '*' || text === '?') return [field.from, field === WEEKDAY ? 6 : field.to];
  const [first = '', last, ...more] = text.split('-');
  const from = valueIn(field, first);
  const to = last === undefined ? (hasStep ? field.to : from) : valueIn(field, last);
  return more.length > 0 || from === undefined || to === undefined ? undefined : [from, to];
}

function valueIn({ from, to, names }: Field, text: string): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  const value = named >= 0 ? named + (from === 1 ? 1 : 0) : wholeNumber(text);
  return value !== undefined && value >= from && value <= to ? value : undefined;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

function wrong({ name, from, to, names }: Field, part: string): string {
  const range = names ? `${from} to ${to} or ${names[0]} to ${names.at(-1)}` : `${from} to ${to}`;
  return `has "${part}" as ${name}; that field takes ${range}, lists (1,3), ranges (1-5) and steps (*/2)`;
}
