import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupedHeap } from '../../../engine/core/grouped-heap.ts';

interface Item {
  readonly group: string;
  /** When its place was taken. */
  readonly came: number;
  readonly wanted: number;
}

const newHeap = () =>
  new GroupedHeap<Item>({
    groupOf: ({ group }) => group,
    before: (a, b) => a.came < b.came,
    wantedBefore: (a, b) => a.wanted > b.wanted || (a.wanted === b.wanted && a.came < b.came),
  });

const anItem = fc.record({ group: fc.constantFrom('a', 'b', 'c'), wanted: fc.nat(5) });

describe('a heap of groups', () => {
  it('gives each group the places of its items, and in them what it wants most', () => {
    fc.assert(
      fc.property(fc.array(fc.option(anItem, { nil: undefined }), { maxLength: 60 }), (steps) => {
        const heap = newHeap();
        let waiting: Item[] = [];
        let places: Item[] = [];
        for (const [came, draft] of steps.entries()) {
          if (draft) {
            const item = { ...draft, came };
            heap.push(item);
            waiting.push(item);
            places.push(item);
            continue;
          }
          const [turn] = places;
          const [best] = waiting
            .filter(({ group }) => group === turn?.group)
            .sort((a, b) => b.wanted - a.wanted || a.came - b.came);
          expect(heap.first).toBe(best);
          const copy = heap.copy();
          expect(copy.pop()).toBe(best);
          expect(copy.size).toBe(Math.max(0, heap.size - 1));
          expect(heap.pop()).toBe(best);
          places = places.slice(1);
          waiting = waiting.filter((item) => item !== best);
        }
        expect(heap.size).toBe(waiting.length);
        expect(new Set(heap.items)).toEqual(new Set(waiting));
      }),
    );
  });
});
