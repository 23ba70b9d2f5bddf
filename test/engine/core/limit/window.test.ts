import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeAt, takeUnits, type UsedUnits } from '../../../../engine/core/limit/window.ts';

const asks = fc.array(fc.record({ afterMs: fc.nat(200), units: fc.integer({ min: 1, max: 5 }) }), {
  maxLength: 300,
});

/** Takes each ask at the first moment at which it may. */
function play(limit: number, perMs: number, list: readonly { afterMs: number; units: number }[]) {
  let used: UsedUnits = [];
  let now = 1_000;
  const taken: { at: number; units: number }[] = [];
  for (const { afterMs, units } of list) {
    now += afterMs;
    const at = freeAt(used, { limit, perMs }, { now, units }) ?? Number.NaN;
    now = at;
    expect(freeAt(used, { limit, perMs }, { now, units })).toBe(now);
    used = takeUnits(used, perMs, { now, units });
    expect(used.length).toBeLessThanOrEqual(66);
    taken.push({ at: now, units });
  }
  return taken;
}

describe('the window of a rate limit', () => {
  it('never holds more than the limit, wherever it begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 120 }),
        fc.integer({ min: 1, max: 5_000 }),
        asks,
        (limit, perMs, list) => {
          const taken = play(limit, perMs, list);
          for (const [i, { at }] of taken.entries()) {
            const inWindow = taken.slice(i).filter((one) => one.at < at + perMs);
            expect(inWindow.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(limit);
          }
        },
      ),
    );
  });

  it('gives a unit free exactly when its window has passed, while few are in use', () => {
    const used = takeUnits(takeUnits([], 1_000, { now: 0, units: 2 }), 1_000, { now: 400, units: 1 });
    expect(freeAt(used, { limit: 3, perMs: 1_000 }, { now: 500, units: 1 })).toBe(1_000);
    expect(freeAt(used, { limit: 3, perMs: 1_000 }, { now: 500, units: 3 })).toBe(1_400);
    expect(freeAt(used, { limit: 3, perMs: 1_000 }, { now: 1_400, units: 3 })).toBe(1_400);
    expect(freeAt(used, { limit: 3, perMs: 1_000 }, { now: 500, units: 4 })).toBeUndefined();
  });

  it('frees many units at most a 64th of the window late', () => {
    let used: UsedUnits = [];
    for (let now = 0; now < 1_000; now++) used = takeUnits(used, 1_000, { now, units: 1 });
    const at = freeAt(used, { limit: 1_000, perMs: 1_000 }, { now: 1_000, units: 500 }) ?? 0;
    expect(at).toBeGreaterThanOrEqual(1_499);
    expect(at).toBeLessThanOrEqual(1_499 + 2 * Math.ceil(1_000 / 64));
  });
});
