import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AGEING_MS,
  dispatchWindow,
  goesBefore,
  queuePriority,
  type ReadyNode,
  readyQueue,
} from '../../../engine/core/policy.ts';
import { PriorityHeap } from '../../../engine/core/priority-heap.ts';

const node = (change: Partial<ReadyNode> = {}): ReadyNode => ({
  run: 'r',
  node: 0,
  generation: 1,
  attempt: 1,
  priority: 5,
  queuedAt: 0,
  remainingMs: 0,
  order: 0,
  fairness: '',
  cost: 1,
  ...change,
});
const anyNode = fc.record({
  priority: fc.nat(9),
  queuedAt: fc.nat(100 * AGEING_MS),
  remainingMs: fc.nat(10 ** 9),
  order: fc.nat(),
});

describe('which ready node goes first', () => {
  it('is the one of higher priority, then the one on the longest path, then the first', () => {
    expect(goesBefore(node({ priority: 6 }), node({ remainingMs: 9_999, order: -1 }))).toBe(true);
    expect(goesBefore(node({ remainingMs: 2 }), node({ remainingMs: 1, order: -1 }))).toBe(true);
    expect(goesBefore(node({ order: 1 }), node({ order: 2 }))).toBe(true);
  });

  it('is one that has waited a minute longer for each class that it is lower', () => {
    const old = node({ priority: 3, queuedAt: 0 });
    expect(goesBefore(old, node({ priority: 5, queuedAt: 3 * AGEING_MS, remainingMs: 9 }))).toBe(true);
    expect(goesBefore(old, node({ priority: 5, queuedAt: AGEING_MS }))).toBe(false);
  });

  it('lets no class starve: the lowest goes before all that enter ten minutes later', () => {
    fc.assert(
      fc.property(anyNode, anyNode, (low, high) => {
        const waited = node({ ...low, priority: 0 });
        expect(
          goesBefore(waited, node({ ...high, queuedAt: waited.queuedAt + 10 * AGEING_MS + high.queuedAt })),
        ).toBe(true);
      }),
    );
  });

  it('is a strict order', () => {
    fc.assert(
      fc.property(fc.array(anyNode, { minLength: 3, maxLength: 3 }), (drafts) => {
        const [a, b, c] = drafts.map((draft, i) => node({ ...draft, order: i })) as [
          ReadyNode,
          ReadyNode,
          ReadyNode,
        ];
        expect(goesBefore(a, b)).toBe(!goesBefore(b, a));
        if (goesBefore(a, b) && goesBefore(b, c)) expect(goesBefore(a, c)).toBe(true);
      }),
    );
  });

  it('does not change while nodes wait, so that the queue stays sorted', () => {
    fc.assert(
      fc.property(fc.array(anyNode), (drafts) => {
        const queue = readyQueue();
        const nodes = drafts.map((draft, i) => node({ ...draft, order: i }));
        for (const one of nodes) queue.push(one);
        const sorted = [...nodes].sort((a, b) => (goesBefore(a, b) ? -1 : 1));
        expect(nodes.map(() => queue.pop())).toEqual(sorted);
      }),
    );
  });
});

describe('priority in the queue', () => {
  it('lies in BullMQ’s range, a higher class always before a lower one', () => {
    const remaining = fc.oneof(
      fc.nat(),
      fc.constant(Number.MAX_SAFE_INTEGER),
      fc.constant(Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(fc.nat(9), remaining, remaining, (priority, a, b) => {
        const mine = queuePriority({ priority, remainingMs: a });
        expect(mine).toBeGreaterThanOrEqual(1);
        expect(mine).toBeLessThanOrEqual(2_097_151);
        expect(Number.isInteger(mine)).toBe(true);
        if (priority > 0)
          expect(mine).toBeLessThan(queuePriority({ priority: priority - 1, remainingMs: b }));
      }),
    );
  });

  it('is never later for a longer path', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)].map((remainingMs) =>
          queuePriority({ priority: 5, remainingMs }),
        );
        expect(long).toBeLessThanOrEqual(short ?? 0);
      }),
    );
  });
});

describe('the window of a queue', () => {
  it.each([
    [0, 1, 16],
    [8, 1, 16],
    [100, 1, 200],
    [100, 16, 16],
    [1_000, 3, 667],
    [100, 0, 200],
  ])('for %d slots and %d busy shards is %d', (slots, shards, window) =>
    expect(dispatchWindow(slots, shards)).toBe(window),
  );
});

describe('the heap', () => {
  it('gives back in order what was put in at any time', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (steps) => {
        const heap = new PriorityHeap<number>((a, b) => a < b);
        const model: number[] = [];
        for (const value of steps) {
          if (value === undefined) expect(heap.pop()).toBe(model.sort((a, b) => a - b).shift());
          else {
            heap.push(value);
            model.push(value);
          }
          expect(heap.size).toBe(model.length);
        }
      }),
    );
  });
});
