/**
 * Time zones. A local time is written as ms since 1970 as if it were UTC: `local = instant + offset`. What the zone's rules
 * are comes from the time zone data of Node (Intl), so it is the same for all processes that run the same Node.
 */

const formatters = new Map<string, Intl.DateTimeFormat>();

export const DAY_MS = 86_400_000;

/** Whether Node knows the IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** ms to add to an instant to get the zone's local time. */
export function offsetAt(zone: string, instant: number): number {
  if (zone === 'UTC') return 0;
  const second = Math.floor(instant / 1_000) * 1_000;
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(second)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - second;
}

/**
 * The instants at which the zone's clocks show a local time: one, two when the clock is put back over it, none when it is
 * put forward over it. `moved`: the instant that the time would be without the change (RFC 5545 takes it for a time that
 * is left out: 02:30 is 03:30).
 */
export function instantsOf(
  zone: string,
  local: number,
): { readonly shown: readonly number[]; readonly moved: number } {
  const before = offsetAt(zone, local - DAY_MS);
  const after = offsetAt(zone, local + DAY_MS);
  if (before === after) return { shown: [local - before], moved: local - before };
  const candidates = [...new Set([local - before, local - after])].sort((a, b) => a - b);
  const shown = candidates.filter((instant) => instant + offsetAt(zone, instant) === local);
  return { shown, moved: local - before };
}

/** Whether the zone's clocks are moved on the local day (ms of its midnight), or close to it. */
export function isMovedAround(zone: string, day: number): boolean {
  if (zone === 'UTC') return false;
  const key = `${zone}|${day}`;
  const known = moved.get(key);
  if (known !== undefined) return known;
  const isMoved = offsetAt(zone, day - DAY_MS) !== offsetAt(zone, day + 2 * DAY_MS);
  if (moved.size > 10_000) moved.clear();
  moved.set(key, isMoved);
  return isMoved;
}

const moved = new Map<string, boolean>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, formatter);
  return formatter;
}
