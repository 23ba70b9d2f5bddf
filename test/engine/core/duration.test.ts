import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, meantDuration, parseDuration } from '../../../engine/core/duration.ts';

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

describe('meantDuration', () => {
  it.each([
    ['minute', '1m'],
    ['1 minute', '1m'],
    ['every 5 minutes', '5m'],
    ['@every 90s', '90s'],
    ['1h 30m', '1h30m'],
    ['1 hour and 30 min', '1h30m'],
    ['2 Days', '2d'],
    ['1H', '1h'],
  ])('reads %o as %s', (text, meant) => expect(meantDuration(text)).toBe(meant));

  it.each([
    '',
    '5',
    '* * * *',
    '0 6 * * 1',
    'never',
    '1M',
    '5 m!',
    'every',
    '1 fortnight',
    'a'.repeat(99_999),
  ])('does not guess at %.20o', (text) => expect(meantDuration(text)).toBeUndefined());
});

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
    ['PT1H30M', 5_400_000],
    ['P1DT12H', 129_600_000],
    ['P2W', 1_209_600_000],
    ['PT0.5S', 500],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    '',
    '5',
    '5 m',
    '-5s',
    '1h 30m',
    'P',
    'PT',
    'P1DT',
    '1H',
    'm',
    '1.s',
    '.5s',
    '1e3s',
    '5min',
    'PT5',
    ' 5s',
  ])('refuses %o', (text) => expect(parseDuration(text)).toBeUndefined());

  it('reads what is written unit by unit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 5, maxLength: 5 }), (amounts) => {
        const parts = UNITS.map(([unit, size], i) => ({
          text: `${amounts[i]}${unit}`,
          ms: (amounts[i] ?? 0) * size,
        }));
        const total = parts.reduce((sum, { ms }) => sum + ms, 0);
        expect(parseDuration(parts.map(({ text }) => text).join(''))).toBe(total);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [850, '850ms'],
    [999.4, '999ms'],
    [999.6, '1.0s'],
    [1_000, '1.0s'],
    [1_290, '1.2s'],
    [59_999, '59.9s'],
    [60_000, '1m'],
    [185_000, '3m 5s'],
    [7_800_000, '2h 10m'],
    [90_061_000, '1d 1h'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('never says more than it was, and loses less than the unit after the last one shown', () => {
    fc.assert(
      fc.property(fc.nat(400 * 86_400_000), (ms) => {
        const shown = parseDuration(formatDuration(ms).replaceAll(' ', '')) ?? Number.NaN;
        expect(shown).toBeLessThanOrEqual(ms);
        expect(ms - shown).toBeLessThan(
          ms < 60_000 ? 100 : ms < 3_600_000 ? 1_000 : ms < 86_400_000 ? 60_000 : 3_600_000,
        );
      }),
    );
  });
});
