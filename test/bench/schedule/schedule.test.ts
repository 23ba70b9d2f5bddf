import { describe, expect, it } from 'vitest';
import { compareOrders, meanRatio } from '../../../bench/schedule/compare.ts';
import { EngineSchedule } from '../../../bench/schedule/engine-schedule.ts';
import { drawFamilies } from '../../../bench/schedule/families.ts';
import { listSchedule } from '../../../bench/schedule/list-schedule.ts';
import { lowerBound, type Shape, tightBound, widthOf } from '../../../bench/schedule/shape.ts';
import { MAKESPAN_LIMIT, renderTable } from '../../../bench/schedule/table.ts';

/** Short tasks that come first in the file, and a long chain behind one of the last. */
const TRAP: Shape = {
  name: 'trap',
  tasks: [
    ...Array.from({ length: 8 }, (_, i) => ({ id: `short_${i}`, ms: 60_000, needs: [] })),
    { id: 'begin', ms: 60_000, needs: [] },
    { id: 'middle', ms: 120_000, needs: [8] },
    { id: 'end', ms: 120_000, needs: [9] },
  ],
};

describe('the bounds', () => {
  it('are the longest path, or the work shared evenly', () => {
    expect(lowerBound(TRAP, 1)).toBe(780_000);
    expect(lowerBound(TRAP, 100)).toBe(300_000);
    expect(widthOf(TRAP)).toBe(9);
  });

  it.each([2, 8, 32])(
    'are never above a schedule for %d workers, and the tighter one not below the other',
    (workers) => {
      for (const shape of drawFamilies(3)) {
        const tight = tightBound(shape, workers);
        expect(tight).toBeGreaterThanOrEqual(lowerBound(shape, workers));
        expect(tight).toBeLessThanOrEqual(listSchedule(shape, workers, 'back') * (1 + 1e-9));
      }
    },
  );
});

describe('the engine’s order', () => {
  it('begins the longest path first, once it has seen a run, however long other nodes have waited', () => {
    const engine = new EngineSchedule(2);
    engine.run(TRAP);
    expect(engine.run(TRAP)).toBeLessThan(listSchedule(TRAP, 2, 'back'));
    expect(engine.run(TRAP)).toBe(lowerBound(TRAP, 2) + 30_000);
  });

  it('is within the budget over families of scientific workflows, and first in, first out is not', () => {
    const cases = drawFamilies(1).flatMap((shape) =>
      [2, 8, 64]
        .filter((workers) => widthOf(shape) > workers)
        .map((workers) => compareOrders(shape, workers, 1)),
    );
    expect(cases.length).toBeGreaterThan(20);
    expect(meanRatio(cases.map(({ ratios }) => ratios.learned))).toBeLessThanOrEqual(MAKESPAN_LIMIT);
    expect(meanRatio(cases.map(({ ratios }) => ratios.fifo))).toBeGreaterThan(MAKESPAN_LIMIT);
    expect(renderTable(cases)).toMatch(/Limit 1.07 for later runs.*: met/);
  });
});
