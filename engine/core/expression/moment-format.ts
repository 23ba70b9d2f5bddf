/** Dates by pattern: `YYYY-MM-DD HH:mm:ss`, in a zone of the IANA database. One token is one row of the table. */

interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Minutes east of UTC. */
  readonly offset: number;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

type Token = (fields: Fields) => string;

const TOKENS: ReadonlyMap<string, Token> = new Map<string, Token>([
  ['YYYY', (f) => pad(f.year, 4)],
  ['YY', (f) => pad(f.year % 100, 2)],
  ['MMMM', (f) => MONTHS[f.month - 1] ?? ''],
  ['MMM', (f) => (MONTHS[f.month - 1] ?? '').slice(0, 3)],
  ['MM', (f) => pad(f.month, 2)],
  ['M', (f) => String(f.month)],
  ['DD', (f) => pad(f.day, 2)],
  ['D', (f) => String(f.day)],
  ['dddd', (f) => DAYS[f.weekday] ?? ''],
  ['ddd', (f) => (DAYS[f.weekday] ?? '').slice(0, 3)],
  ['HH', (f) => pad(f.hour, 2)],
  ['H', (f) => String(f.hour)],
  ['mm', (f) => pad(f.minute, 2)],
  ['ss', (f) => pad(f.second, 2)],
  ['SSS', (f) => pad(f.millisecond, 3)],
  ['Z', (f) => offsetText(f.offset)],
  ['T', () => 'T'],
]);

/** A run of one letter, or text in brackets, which stands for itself. */
const MAX_PATTERN = 200;
const PART = /\[([^\]]*)\]|([A-Za-z])\2*/g;

/** The date as text, or what is wrong with the pattern or the zone. */
export function formatMoment(
  ms: number,
  pattern: string,
  zone: string,
): { text: string } | { problem: string } {
  if (pattern.length > MAX_PATTERN)
    return { problem: `the pattern is longer than ${MAX_PATTERN} characters` };
  const unknown = firstUnknown(pattern);
  if (unknown !== undefined) {
    const known = [...TOKENS.keys()].join(' ');
    return {
      problem: `the pattern has no \`${unknown}\`; it may have ${known}, and other text in [brackets]`,
    };
  }
  const fields = fieldsIn(ms, zone);
  if (!fields) return { problem: 'argument 3 is not the name of a time zone, such as Europe/Berlin' };
  return {
    text: pattern.replace(PART, (part, literal?: string) => literal ?? TOKENS.get(part)?.(fields) ?? part),
  };
}

function firstUnknown(pattern: string): string | undefined {
  for (const [part, literal] of pattern.matchAll(PART)) {
    if (literal === undefined && !TOKENS.has(part)) return part.slice(0, 20);
  }
  return undefined;
}

function fieldsIn(ms: number, zone: string): Fields | undefined {
  const offset = zone.toUpperCase() === 'UTC' ? 0 : offsetMinutes(ms, zone);
  if (offset === undefined) return undefined;
  // The UTC fields of a moment moved by the offset are the fields on the clock of that zone.
  const local = new Date(ms + offset * 60_000);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
    weekday: local.getUTCDay(),
    offset,
  };
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/** Intl writes the offset as `GMT+05:30` or, in old local times, `GMT+00:53:28`. */
function offsetMinutes(ms: number, zone: string): number | undefined {
  const written = zoneFormat(zone)
    ?.formatToParts(ms)
    .find((part) => part.type === 'timeZoneName')?.value;
  const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(written ?? '');
  if (!match) return undefined;
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] = match;
  const size = Number(hours) * 60 + Number(minutes) + Number(seconds) / 60;
  return sign === '-' ? -size : size;
}

function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  if (zone.length > 64) return undefined;
  if (formats.size > 100) formats.clear();
  if (!formats.has(zone)) formats.set(zone, makeFormat(zone));
  return formats.get(zone);
}

function makeFormat(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
}

function offsetText(offset: number): string {
  const size = Math.floor(Math.abs(offset));
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
