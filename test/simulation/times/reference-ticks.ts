/**
 * Ticks as docs/schedules.md promises them, found the slow way: looks at what the clocks of the zone show minute by minute.
 * Shares nothing with engine/core/schedule but the reading of a pattern's fields.
 */
import { parseCron } from '../../../engine/core/schedule/cron.ts';
import type { TickSpec } from '../../../engine/core/schedule/tick.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** Zones move their clocks at a quarter of an hour. */
const QUARTER = 15 * MINUTE;
/** Monday, 1970-01-05. */
const FIRST_MONDAY = 4 * DAY;

/** From `from` (included) to `to` (excluded), ms. */
export function referenceTicks(spec: TickSpec, from: number, to: number): number[] {
  if (spec.kind === 'at') return spec.atMs >= from && spec.atMs < to ? [spec.atMs] : [];
  if (spec.kind === 'cron') return cronTicks(spec, from, to);
  const ticks: number[] = [];
  const first = Math.ceil((from - FIRST_MONDAY) / spec.everyMs) * spec.everyMs + FIRST_MONDAY;
  for (let tick = first; tick < to; tick += spec.everyMs) ticks.push(tick);
  return ticks;
}

function cronTicks({ cron, timezone }: TickSpec & { kind: 'cron' }, from: number, to: number): number[] {
  const reading = parseCron(cron);
  if ('problem' in reading) throw new Error(`the pattern ${cron} ${reading.problem}`);
  const fields = reading.cron;
  const fits = (local: number) => {
    const date = new Date(local);
    const [hour, minute] = [date.getUTCHours(), date.getUTCMinutes()];
    return fields.hours.includes(hour) && fields.minutes.includes(minute);
  };
  // What the clock shows, with the first moment at which it does.
  const shown = new Map<number, number>();
  const ticks = new Set<number>();
  const begin = Math.floor(from / DAY) * DAY - DAY;
  for (let instant = begin; instant < to + DAY; instant += MINUTE) {
    const local = instant + offset(timezone, instant);
    if (!shown.has(local)) shown.set(local, instant);
    if (fields.isInterval && fits(local)) ticks.add(instant);
  }
  if (!fields.isInterval) {
    for (let local = begin + DAY; local < to + DAY; local += MINUTE) {
      if (fits(local)) ticks.add(shown.get(local) ?? local - offset(timezone, local - DAY));
    }
  }
  return [...ticks].filter((tick) => tick >= from && tick < to).sort((a, b) => a - b);
}

const offsets = new Map<string, number>();

/** ms that the zone's clocks are ahead of UTC. */
function offset(zone: string, instant: number): number {
  const quarter = Math.floor(instant / QUARTER) * QUARTER;
  const key = `${zone}|${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const named = format(zone)
    .formatToParts(quarter)
    .find(({ type }) => type === 'timeZoneName');
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(named?.value ?? '') ?? [];
  const found = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE * (sign === '-' ? -1 : 1);
  offsets.set(key, found);
  return found;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string): Intl.DateTimeFormat {
  const known =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, known);
  return known;
}
