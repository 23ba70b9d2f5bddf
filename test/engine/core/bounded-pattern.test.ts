import { describe, expect, it } from 'vitest';
import { matchesPattern, matchingLines } from '../../../engine/core/bounded-pattern.ts';

/** Backtracks for longer than anybody lives. */
const ENDLESS = '^(a+)+$';
const LONG = `${'a'.repeat(60)}!`;

/** A line that is there only after the process was kept from working, `times` times. */
function lateLine(text: string, times: number): string {
  let left = times;
  const line = {
    toString() {
      if (left-- > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_000);
      return text;
    },
  };
  return line as unknown as string;
}

const search = (lines: readonly string[], pattern: string) =>
  matchingLines(lines, { pattern, ignoresCase: false, timeoutMs: 50 });

describe('patterns of users', () => {
  it('match, or say that they take too long', () => {
    expect(matchesPattern('^a.b$', 'axb')).toBe(true);
    expect(matchesPattern(ENDLESS, LONG)).toBeUndefined();
    expect(search(['axb', 'b'], '^a.b$')).toEqual([true, false]);
    expect(search(['axb', LONG], ENDLESS)).toBeUndefined();
  });

  it('are not blamed when the process was kept from working', () => {
    expect(search([lateLine('axb', 2), 'b'], '^a.b$')).toEqual([true, false]);
  });

  it('are given up where the process hardly works at all', () => {
    expect(search([lateLine('axb', 1_000)], '^a.b$')).toBeUndefined();
  });
});
