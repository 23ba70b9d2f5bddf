/** Where boxes of the graph stand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../web/graph/critical-path.ts';
import { type Box, directionFor, placeBoxes } from '../../web/graph/layout.ts';
import { placedBoxes } from '../../web/graph/parts.ts';

const SPACING = { width: 100, height: 40, gapAlong: 20, gapAcross: 10 };

function box(id: string, ...needs: string[]): Box {
  return { id, needs };
}

describe('boxes', () => {
  it('stand behind what they need, and none upon another', () => {
    const dag = fc
      .array(fc.array(fc.nat({ max: 200 }), { maxLength: 4 }), { minLength: 1, maxLength: 60 })
      .map((rows) =>
        rows.map((needs, i) =>
          box(`t${i}`, ...new Set(needs.filter((need) => need < i).map((need) => `t${need}`))),
        ),
      );
    fc.assert(
      fc.property(dag, fc.constantFrom('right' as const, 'down' as const), (boxes, direction) => {
        const places = placeBoxes(boxes, direction, SPACING);
        for (const { id, needs } of boxes)
          for (const need of needs)
            expect(places.get(need)?.layer ?? 0).toBeLessThan(places.get(id)?.layer ?? 0);
        const corners = [...places.values()].map(({ x, y }) => `${x} ${y}`);
        expect(new Set(corners).size).toBe(boxes.length);
      }),
      { numRuns: 50 },
    );
  });

  it('go to the right, unless they are seen much larger from the top', () => {
    const both = { right: SPACING, down: SPACING };
    const long = { ...SPACING, width: 200 };
    const room = { width: 1_000, height: 600 };
    const chain = (length: number) =>
      Array.from({ length }, (_, i) => box(`t${i}`, ...(i === 0 ? [] : [`t${i - 1}`])));
    const wide = [box('a'), ...Array.from({ length: 30 }, (_, i) => box(`b${i}`, 'a'))];
    expect(directionFor(chain(4), both, room)).toBe('right');
    expect(directionFor(chain(10), both, room)).toBe('right');
    expect(directionFor(chain(20), { right: long, down: long }, room)).toBe('down');
    expect(directionFor(wide, both, room)).toBe('right');
    expect(directionFor([], both, room)).toBe('right');
  });

  it('of branches that do not touch keep their lines apart', () => {
    const boxes = [box('a'), box('b'), box('b2', 'b'), box('a2', 'a'), box('a3', 'a2'), box('b3', 'b2')];
    const places = placeBoxes(boxes, 'right', SPACING);
    const y = (id: string) => places.get(id)?.y ?? 0;
    expect(Math.sign(y('a') - y('b'))).toBe(Math.sign(y('a2') - y('b2')));
    expect(Math.sign(y('a2') - y('b2'))).toBe(Math.sign(y('a3') - y('b3')));
  });

  it('leave room for an edge that passes their layer', () => {
    const boxes = [
      box('fetch'),
      box('resize', 'fetch'),
      box('check', 'fetch'),
      box('index', 'resize'),
      box('report', 'index', 'check'),
    ];
    const places = placeBoxes(boxes, 'right', SPACING);
    const y = (id: string) => places.get(id)?.y ?? 0;
    const passesAt = (y('check') + y('report')) / 2;
    expect(Math.abs(passesAt - y('index'))).toBeGreaterThan(SPACING.height / 2);
    expect(places.size).toBe(boxes.length);
  });

  it('of five thousand tasks are placed while one waits for them', () => {
    const boxes = Array.from({ length: 5_000 }, (_, i) =>
      box(`t${i}`, ...(i < 10 ? [] : [`t${i - 10}`, `t${i - 7}`])),
    );
    expect(placeBoxes(boxes, 'right', SPACING).size).toBe(5_000);
  }, 10_000);
});

describe('the critical path', () => {
  const at = (second: number) => new Date(second * 1_000).toISOString();
  const timed = (id: string, needs: string[], from: number | null, to: number | null) => ({
    id,
    needs,
    phase: 'main',
    started_at: from === null ? null : at(from),
    finished_at: to === null ? null : at(to),
  });
  const tasks = [
    timed('fetch', [], 0, 5),
    timed('fast', ['fetch'], 5, 6),
    timed('slow', ['fetch'], 7, 20),
    timed('report', ['fast', 'slow'], 20, 21),
  ];

  it('leads back through what ended last', () => {
    expect(criticalPath(tasks)).toEqual(['fetch', 'slow', 'report']);
  });

  it('is empty while nothing has ended', () => {
    expect(criticalPath([timed('fetch', [], 0, null)])).toEqual([]);
  });

  it('goes on through handlers, which no edge leads to', () => {
    const tidy = { ...timed('tidy', [], 40, 41), phase: 'on_finish' };
    expect(criticalPath([...tasks, tidy]).slice(-2)).toEqual([criticalPath(tasks).at(-1), 'tidy']);
  });

  it('and handlers stand behind the deepest task, compensation between', () => {
    const at = (id: string, level: number, phase: string, needs: string[] = []) => ({
      id,
      level,
      phase,
      needs,
    });
    const boxes = placedBoxes([
      at('a', 0, 'main'),
      at('b', 1, 'main', ['a']),
      at('a.compensate', 0, 'compensate'),
      at('tidy', 0, 'on_finish'),
      at('tell', 1, 'on_finish', ['tidy']),
    ]);
    expect(boxes.map(({ needs }) => needs)).toEqual([[], ['a'], ['b'], ['a.compensate'], ['tidy']]);
  });
});
