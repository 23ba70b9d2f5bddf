/** Dates as text: RFC 3339 with an offset, or a date alone, which is its midnight in UTC. */

export interface Moment {
  /** ms since 1970. */
  readonly ms: number;
  /** False for a date alone. */
  readonly hasTime: boolean;
}

const FORM =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|[+-]\d{2}:\d{2}))?$/;
const FIRST_MS = -62_135_596_800_000;
const LAST_MS = 253_402_300_799_999;

/** Undefined for what is not a date, also for a day that does not exist and a time without its offset. */
export function parseMoment(text: string): Moment | undefined {
  const match = FORM.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset] = match;
  const date = `${year}-${month}-${day}`;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // A day such as the 30th of February would roll over into the next month.
  if (!isWithinYears(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const zone = offset === undefined || offset === 'z' ? 'Z' : offset;
  const ms = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  return isWithinYears(ms) ? { ms, hasTime: offset !== undefined } : undefined;
}

function isWithinYears(ms: number): boolean {
  return ms >= FIRST_MS && ms <= LAST_MS;
}

/** RFC 3339 in UTC with milliseconds; undefined outside the years 1 to 9999. */
export function timestampText(ms: number): string | undefined {
  return isWithinYears(ms) ? new Date(ms).toISOString() : undefined;
}

/** The date of a timestamp at midnight; undefined at another time. */
export function dateOnlyText(timestamp: string): string | undefined {
  return timestamp.endsWith('T00:00:00.000Z') ? timestamp.slice(0, 10) : undefined;
}
