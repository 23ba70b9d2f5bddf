import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextTick,
  previousTick,
  type TickSpec,
  ticksBetween,
} from '../../../../engine/core/schedule/tick.ts';
import { DAY_MS, offsetAt } from '../../../../engine/core/schedule/zone.ts';
import { DAYLIGHT_SAVING } from './daylight-saving.ts';

const iso = (ticks: readonly number[]) => ticks.map((tick) => new Date(tick).toISOString());
const cron = (text: string, timezone = 'UTC'): TickSpec => ({ kind: 'cron', cron: text, timezone });
const at = (text: string) => Date.parse(text);

describe('the daylight-saving table', () => {
  it.each(DAYLIGHT_SAVING)('$zone on $day: $cron', ({ zone, day, cron: text, ticks, count }) => {
    const midnight = at(`${day}T00:00:00Z`);
    // All ticks whose local day it is, the day as the zone's own clocks show it.
    const around = ticksBetween(cron(text, zone), midnight - DAY_MS, midnight + 2 * DAY_MS, 10_000);
    const found = around.filter(
      (tick) => Math.floor((tick + offsetAt(zone, tick)) / DAY_MS) * DAY_MS === midnight,
    );
    if (ticks) expect(iso(found)).toEqual(iso(ticks.map((tick) => at(`${day}T${tick}`))));
    else expect(found).toHaveLength(count ?? 0);
  });
});

describe('cron', () => {
  it.each([
    ['0 6 * * *', '2026-01-01T06:00:00Z', '2026-01-02T06:00:00.000Z'],
    ['*/15 * * * *', '2026-01-01T06:07:00Z', '2026-01-01T06:15:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
    ['0 0 L * *', '2026-02-01T00:00:00Z', '2026-02-28T00:00:00.000Z'],
    ['0 0 13 * fri', '2026-01-10T00:00:00Z', '2026-01-13T00:00:00.000Z'],
    ['0 9 * * mon-fri', '2026-01-02T10:00:00Z', '2026-01-05T09:00:00.000Z'],
    ['0 0 * * 7', '2026-01-02T10:00:00Z', '2026-01-04T00:00:00.000Z'],
    ['30 23 31 dec ?', '2026-01-02T10:00:00Z', '2026-12-31T23:30:00.000Z'],
    ['@weekly', '2026-01-02T10:00:00Z', '2026-01-04T00:00:00.000Z'],
  ])('%s after %s', (text, after, expected) => {
    expect(iso([nextTick(cron(text), at(after)) ?? 0])).toEqual([expected]);
  });

  it('stands in the time zone that it names', () => {
    const spec = cron('0 6 * * *', 'Europe/Berlin');
    expect(iso(ticksBetween(spec, at('2026-03-27T12:00:00Z'), at('2026-03-30T12:00:00Z'), 9))).toEqual([
      '2026-03-28T05:00:00.000Z',
      '2026-03-29T04:00:00.000Z',
      '2026-03-30T04:00:00.000Z',
    ]);
  });

  it('lets a day that a zone never had fall on the next', () => {
    const days = ticksBetween(
      cron('30 2 * * *', 'Pacific/Apia'),
      at('2011-12-28T00:00:00Z'),
      at('2012-01-02T00:00:00Z'),
      9,
    );
    expect(iso(days)).toEqual([
      '2011-12-28T12:30:00.000Z',
      '2011-12-29T12:30:00.000Z',
      '2011-12-30T12:30:00.000Z',
      '2011-12-31T12:30:00.000Z',
      '2012-01-01T12:30:00.000Z',
    ]);
  });
});

describe('every and at', () => {
  it('counts multiples from Monday, 1970-01-05, midnight UTC', () => {
    const after = at('2026-01-01T06:07:00Z');
    expect(iso([nextTick({ kind: 'every', everyMs: 3_600_000 }, after) ?? 0])).toEqual([
      '2026-01-01T07:00:00.000Z',
    ]);
    expect(iso([nextTick({ kind: 'every', everyMs: 7 * DAY_MS }, after) ?? 0])).toEqual([
      '2026-01-05T00:00:00.000Z',
    ]);
  });

  it('has one tick', () => {
    const spec: TickSpec = { kind: 'at', atMs: 1_000 };
    expect([
      nextTick(spec, 0),
      nextTick(spec, 1_000),
      previousTick(spec, 1_000),
      previousTick(spec, 1_001),
    ]).toEqual([1_000, undefined, undefined, 1_000]);
  });
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Asia/Kolkata',
  'Africa/Casablanca',
];

function number(from: number, to: number) {
  return fc.integer({ min: from, max: to });
}

const minuteField = fc.oneof(
  number(0, 59).map(String),
  fc.constantFrom('*/10', '*/30', '0', '5-50/15', '0,30'),
);
const hourField = fc.oneof(number(0, 23).map(String), fc.constantFrom('*', '*/2', '0-5', '1,2,3', '22-23'));
const pattern = fc
  .tuple(
    minuteField,
    hourField,
    fc.constantFrom('*', '*', '1', '1-7', 'L', '15,31'),
    fc.constantFrom('*', '*', '3,10,11'),
    fc.constantFrom('*', '*', 'sun', '1-5'),
  )
  .map((fields) => fields.join(' '));

describe('ticks over years', () => {
  it('rise strictly, and are found the same from any moment and in both directions', () => {
    fc.assert(
      fc.property(
        pattern,
        fc.constantFrom(...ZONES),
        number(0, 3_000),
        number(0, DAY_MS),
        (text, zone, day, ms) => {
          const spec = cron(text, zone);
          const start = at('2019-01-01T00:00:00Z') + day * DAY_MS + ms;
          const ticks = ticksBetween(spec, start, start + 400 * DAY_MS, 60);
          ticks.forEach((tick, i) => {
            const next = ticks[i + 1];
            if (next === undefined) return;
            expect(next).toBeGreaterThan(tick);
            expect(nextTick(spec, tick + Math.floor((next - tick) / 2))).toBe(next);
            expect(previousTick(spec, next)).toBe(tick);
          });
        },
      ),
      { numRuns: 120 },
    );
  });

  it('come at each minute that the clocks of an interval show, none missing, none besides', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('*/20 * * * *', '7 */3 * * *', '0,45 * * * *'),
        fc.constantFrom(...ZONES),
        number(0, 2_500),
        (text, zone, day) => {
          const from = at('2019-01-01T00:00:00Z') + day * DAY_MS;
          const to = from + 3 * DAY_MS;
          const shown: number[] = [];
          for (let minute = from; minute < to; minute += 60_000) {
            const local = new Date(minute + offsetAt(zone, minute));
            if (fits(text, local.getUTCMinutes(), local.getUTCHours())) shown.push(minute);
          }
          expect(ticksBetween(cron(text, zone), from, to, 10_000)).toEqual(shown);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a time of the day come once on each day of the zone, for three years', () => {
    for (const zone of ZONES) {
      for (const text of ['30 2 * * *', '0 0 * * *', '45 1 * * *', '30 23 * * *']) {
        const ticks = ticksBetween(
          cron(text, zone),
          at('2020-01-01T12:00:00Z'),
          at('2023-01-01T12:00:00Z'),
          10_000,
        );
        expect(ticks, `${text} in ${zone}`).toHaveLength(1_096);
        const days = new Set(ticks.map((tick) => Math.floor((tick + offsetAt(zone, tick)) / DAY_MS)));
        expect(days.size, `${text} in ${zone}`).toBe(1_096);
      }
    }
  });
});

/** The patterns of the test, written out by hand. */
function fits(text: string, minute: number, hour: number): boolean {
  if (text === '*/20 * * * *') return minute % 20 === 0;
  if (text === '7 */3 * * *') return minute === 7 && hour % 3 === 0;
  return minute === 0 || minute === 45;
}
