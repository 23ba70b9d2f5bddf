/** Schedules in words: what a trigger says, and times in its zone. */
import { offsetAt } from '../../engine/core/schedule/zone.ts';
import type { TriggerLine } from '../../server/schedule-line.ts';

export function describeTrigger(trigger: TriggerLine): string {
  switch (trigger.kind) {
    case 'cron':
      return `cron ${trigger.cron} ${trigger.timezone}`;
    case 'every':
      return `every ${shortDuration(trigger.everyMs)}`;
    case 'at':
      return `at ${shortTime(trigger.atMs)}`;
    case 'after': {
      const window = trigger.windowMs === undefined ? '' : ` per ${shortDuration(trigger.windowMs)}`;
      return `after ${trigger.after.workflow}${window}`;
    }
  }
}

/** As it would be written: `1d12h`, `90s`. */
function shortDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const;
  let rest = ms;
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

export function overlapOf(trigger: TriggerLine): string {
  return trigger.kind === 'cron' || trigger.kind === 'every' ? trigger.overlap : '';
}

export function zoneOf(trigger: TriggerLine): string {
  return trigger.kind === 'cron' ? trigger.timezone : 'UTC';
}

/** `2026-03-01 06:00:00Z`. */
export function shortTime(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** `2026-03-01 07:00 +01:00`. */
export function zonedTime(ms: number, zone: string): string {
  const offset = offsetAt(zone, ms);
  const text = new Date(ms + offset).toISOString().slice(0, 19).replace('T', ' ');
  const local = text.replace(/:00$/, '');
  const minutes = Math.abs(Math.round(offset / 60_000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${local} ${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
