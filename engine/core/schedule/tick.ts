/**
 * Ticks: the instants that a schedule names. Pure: they follow from the schedule alone, never from when somebody looked,
 * so every orchestrator, restart and backfill finds the same ones. docs/schedules.md has the daylight-saving table.
 */
import { type Cron, parseCron } from './cron.ts';
import { DAY_MS, instantsOf, isMovedAround, offsetAt } from './zone.ts';

/** What a schedule's ticks follow from. */
export type TickSpec =
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'at'; readonly atMs: number };

/** Multiples of `every`, and windows, count from here: Monday, 1970-01-05, midnight UTC. So weeks begin on Monday. */
export const ANCHOR_MS = 4 * DAY_MS;

/** Logical times in a window that is waited for, at most. */
export const MAX_EXPECTED = 10_000;

/** February 29th may be eight years away, and its fall on a given weekday 40. */
const FARTHEST_DAYS = 366 * 41;

/** The first tick after `after` (ms since 1970), or undefined when there is none any more. */
export function nextTick(spec: TickSpec, after: number): number | undefined {
  if (spec.kind === 'at') return spec.atMs > after ? spec.atMs : undefined;
  if (spec.kind === 'every')
    return ANCHOR_MS + (Math.floor((after - ANCHOR_MS) / spec.everyMs) + 1) * spec.everyMs;
  const { cron, timezone } = spec;
  return search(cron, timezone, {
    from: after,
    step: 1,
    best: (ticks) => ticks.find((tick) => tick > after),
  });
}

/** The last tick before `before`, or undefined when there is none. */
export function previousTick(spec: TickSpec, before: number): number | undefined {
  if (spec.kind === 'at') return spec.atMs < before ? spec.atMs : undefined;
  if (spec.kind === 'every')
    return ANCHOR_MS + (Math.ceil((before - ANCHOR_MS) / spec.everyMs) - 1) * spec.everyMs;
  const { cron, timezone } = spec;
  return search(cron, timezone, {
    from: before,
    step: -1,
    best: (ticks) => ticks.findLast((tick) => tick < before),
  });
}

/** Ticks from `from` (included) to `to` (excluded), at most `limit`. */
export function ticksBetween(spec: TickSpec, from: number, to: number, limit: number): number[] {
  const ticks: number[] = [];
  let tick = nextTick(spec, from - 1);
  while (tick !== undefined && tick < to && ticks.length < limit) {
    ticks.push(tick);
    tick = nextTick(spec, tick);
  }
  return ticks;
}

interface Search {
  readonly from: number;
  readonly step: 1 | -1;
  readonly best: (ticks: readonly number[]) => number | undefined;
}

/** Day after day. A tick that a moved clock carries into the next day may lie behind that day's own first, so one more is asked. */
function search(text: string, zone: string, { from, step, best }: Search): number | undefined {
  const cron = read(text);
  const today = Math.floor((from + offsetAt(zone, from)) / DAY_MS) * DAY_MS;
  let found: number | undefined;
  for (let i = -1; i <= FARTHEST_DAYS; i++) {
    const day = today + i * step * DAY_MS;
    const wasFound = found !== undefined;
    const tick = isDay(cron, day) ? best(ticksOf(text, cron, zone, day)) : undefined;
    if (tick !== undefined && (found === undefined || (tick - found) * step < 0)) found = tick;
    if (wasFound) return found;
  }
  return found;
}

const crons = new Map<string, Cron>();

/** @throws Error for a pattern that `parseCron` has something against: it is checked before it becomes part of a plan. */
function read(text: string): Cron {
  const known = crons.get(text);
  if (known) return known;
  const parsed = parseCron(text);
  if ('problem' in parsed) throw new Error(`the cron pattern "${text}" ${parsed.problem}`);
  if (crons.size > 1_000) crons.clear();
  crons.set(text, parsed.cron);
  return parsed.cron;
}

/** Whether the pattern fires on a local day (ms of its midnight). */
function isDay(cron: Cron, day: number): boolean {
  const date = new Date(day);
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const isLast = cron.lastDay && new Date(day + DAY_MS).getUTCDate() === 1;
  const fitsDay = isLast || cron.days.has(date.getUTCDate());
  const fitsWeekday = cron.weekdays.has(date.getUTCDay());
  if (cron.restrictsDays && cron.restrictsWeekdays) return fitsDay || fitsWeekday;
  return cron.restrictsDays ? fitsDay : fitsWeekday;
}

/** Days on which clocks are moved take a while to work out; they are asked for tick by tick. */
const movedDays = new Map<string, readonly number[]>();

function ticksOf(text: string, cron: Cron, zone: string, day: number): readonly number[] {
  if (!isMovedAround(zone, day)) return localTimes(cron, day - offsetAt(zone, day));
  const key = `${text}|${zone}|${day}`;
  const known = movedDays.get(key);
  if (known) return known;
  const ticks = localTimes(cron, day).flatMap((local) => {
    const { shown, moved } = instantsOf(zone, local);
    return cron.isInterval ? shown : [shown[0] ?? moved];
  });
  const sorted = [...new Set(ticks)].sort((a, b) => a - b);
  if (movedDays.size > 100) movedDays.clear();
  movedDays.set(key, sorted);
  return sorted;
}

function localTimes({ hours, minutes }: Cron, midnight: number): number[] {
  return hours.flatMap((hour) => minutes.map((minute) => midnight + (hour * 60 + minute) * 60_000));
}
