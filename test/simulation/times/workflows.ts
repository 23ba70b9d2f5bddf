/**
 * The workflows of the simulation of times, around a moment at which clocks are moved: `calendar` by the clock of a time zone,
 * `beat` with `digest` that follows its windows, `moving`, whose definition changes twice.
 */
import type { Plan } from '../../../engine/core/plan.ts';
import { planOf } from '../../dsl/diagnose.ts';
import type { Random } from '../random.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Both directions; on the southern half; by half an hour. */
const CHANGES = [
  { zone: 'Europe/Berlin', at: ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'] },
  { zone: 'America/New_York', at: ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'] },
  { zone: 'Australia/Lord_Howe', at: ['2026-10-03T15:30:00Z', '2026-04-04T15:00:00Z'] },
] as const;

const INTERVALS = ['*/15 * * * *', '7,37 * * * *', '*/20 * * * *', '0,45 */1 * * *'] as const;
const TIMES_OF_DAY = [
  '30 1-3 * * *',
  '*/30 2 * * *',
  '15,45 0-3 * * *',
  '0 1,2,3 * * *',
  '45 1 * * *',
] as const;

/** Triggers of `calendar`, by number. */
export const INTERVAL = 0;
export const TIME_OF_DAY = 1;
export const AT = [2, 3] as const;

export interface Times {
  readonly zone: string;
  /** `calendar` is applied, ms. Then no orchestrator runs, until `wakeAt`. The clocks are moved in between. */
  readonly startAt: number;
  readonly wakeAt: number;
  /** The zone's clocks are moved the other way, ms. */
  readonly otherChangeAt: number;
  readonly calendar: Plan;
  readonly beat: Plan;
  readonly digest: Plan;
  readonly moving: { readonly first: Plan; readonly second: Plan; readonly third: Plan };
}

export function someTimes(random: Random): Times {
  const { zone, at } = random.pick(CHANGES);
  const direction = random.int(0, 1);
  const changeAt = Date.parse(at[direction] ?? '');
  const startAt = changeAt - random.int(60, 200) * 60_000;
  const wakeAt =
    Math.ceil((changeAt + random.int(90, 240) * 60_000) / (HOUR / 4)) * (HOUR / 4) - random.int(500, 9_000);
  const times = { zone, startAt, wakeAt, otherChangeAt: Date.parse(at[1 - direction] ?? '') };
  return { ...times, ...plansFor(random, times) };
}

function plansFor(
  random: Random,
  { zone, startAt, wakeAt }: Pick<Times, 'zone' | 'startAt' | 'wakeAt'>,
): Pick<Times, 'calendar' | 'beat' | 'digest' | 'moving'> {
  const cron = (pattern: string) =>
    `  - { cron: "${pattern}", timezone: ${zone}, catchup: all, overlap: ${random.pick(['allow', 'queue'])} }\n`;
  const at = (ms: number) => `  - { at: "${new Date(Math.round(ms / 1_000) * 1_000).toISOString()}" }\n`;
  const triggers =
    cron(random.pick(INTERVALS)) +
    cron(random.pick(TIMES_OF_DAY)) +
    at(random.between(startAt + 5_000, wakeAt - 5_000)) +
    at(wakeAt + random.between(2_000, 9_000));
  const beatMs = random.pick([1_000, 1_500, 2_000]);
  const wait = `uses: wait, with: { for: ${random.int(1, 9) * 100}ms }`;
  const every = (ms: number, overlap: string) =>
    `  - { every: ${ms}ms, catchup: all, overlap: ${overlap} }\n`;
  const overlap = random.pick(['allow', 'queue']);
  const moving = (ms: number, tasks: string) =>
    planOf(`name: moving\ntriggers:\n${every(ms, overlap)}tasks:\n${tasks}`);
  const firstMs = random.int(1, 3) * 1_000;
  return {
    calendar: planOf(`name: calendar\ntriggers:\n${triggers}tasks:\n  a: { ${wait} }\n`),
    beat: planOf(`name: beat\ntriggers:\n${every(beatMs, overlap)}tasks:\n  a: { uses: noop }\n`),
    digest: planOf(
      `name: digest\ntriggers:\n  - after: { workflow: beat, window: ${beatMs * random.int(2, 4)}ms }\ntasks:\n  a: { uses: noop }\n`,
    ),
    moving: {
      first: moving(firstMs, `  a: { ${wait} }\n`),
      second: moving(firstMs, `  a: { ${wait} }\n  b: { needs: a, uses: noop }\n`),
      third: moving(firstMs + 500 * random.int(1, 3), `  c: { ${wait} }\n`),
    },
  };
}

/** A range that a backfill may be asked for. */
export interface Range {
  readonly workflow: 'calendar' | 'beat';
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/** What has run already, what runs, what is yet to come, and days of another change of the clocks. */
export function someRange(random: Random, { startAt, wakeAt, otherChangeAt }: Times): Range {
  return random.pick<Range>([
    { workflow: 'calendar', number: INTERVAL, from: startAt - HOUR, to: wakeAt + random.int(-1, 1) * HOUR },
    { workflow: 'calendar', number: TIME_OF_DAY, from: startAt - 6 * HOUR, to: wakeAt + 6 * HOUR },
    { workflow: 'calendar', number: TIME_OF_DAY, from: otherChangeAt - DAY, to: otherChangeAt + DAY },
    { workflow: 'calendar', number: INTERVAL, from: otherChangeAt - 3 * HOUR, to: otherChangeAt + 3 * HOUR },
    { workflow: 'beat', number: 0, from: wakeAt - 10_000, to: wakeAt + random.int(0, 12_000) },
  ]);
}
