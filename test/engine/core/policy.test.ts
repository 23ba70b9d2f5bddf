import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AGEING_MS,
  dispatchWindow,
  goesBefore,
  queuePriority,
  RAISE_AFTER_MS,
  type ReadyNode,
  raisedPriority,
  raisePeriod,
  raisesAfter,
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

  it('does not change while nodes of different runs wait, so that the queue stays sorted', () => {
    fc.assert(
      fc.property(fc.array(anyNode), (drafts) => {
        const queue = readyQueue();
        const nodes = drafts.map((draft, i) => node({ ...draft, run: `r${i}`, order: i }));
        for (const one of nodes) queue.push(one);
        const sorted = [...nodes].sort((a, b) => (goesBefore(a, b) ? -1 : 1));
        expect(nodes.map(() => queue.pop())).toEqual(sorted);
      }),
    );
  });
});

describe('the turns of a run', () => {
  it('are spent on its longest path, however long others of its nodes have waited', () => {
    const queue = readyQueue();
    const waited = node({ remainingMs: 1, queuedAt: 0 });
    const long = node({ remainingMs: 9, queuedAt: 60 * AGEING_MS, order: 1 });
    for (const one of [waited, long]) queue.push(one);
    expect([queue.pop(), queue.pop()]).toEqual([long, waited]);
  });

  it('come as its nodes came: a long path gains nothing over another run', () => {
    const queue = readyQueue();
    const early = node({ run: 'a', remainingMs: 1, queuedAt: 0 });
    const other = node({ run: 'b', remainingMs: 5, queuedAt: 5 * AGEING_MS, order: 1 });
    const late = node({ run: 'a', remainingMs: 9, queuedAt: 10 * AGEING_MS, order: 2 });
    for (const one of [early, other, late]) queue.push(one);
    expect([queue.pop(), queue.pop(), queue.pop()]).toEqual([late, other, early]);
  });

  it('are spent by priority first', () => {
    const queue = readyQueue();
    const urgent = node({ priority: 9 });
    const long = node({ priority: 0, remainingMs: 9_999, order: -1 });
    for (const one of [long, urgent]) queue.push(one);
    expect(queue.first).toBe(urgent);
  });
});

describe('a ticket that waits in BullMQ', () => {
  it('is raised after ten seconds, or when first in, first out would have taken it', () => {
    expect(raisePeriod({ sent: 16, claimed: 4, meanMs: 100 })).toBe(RAISE_AFTER_MS);
    expect(raisePeriod({ sent: 16, claimed: 2, meanMs: 60_000 })).toBe(480_000);
    expect(raisePeriod({ sent: 16, claimed: 0, meanMs: 60_000 })).toBe(60_000);
    expect(raisePeriod({ sent: 0, claimed: 0, meanMs: 0 })).toBe(RAISE_AFTER_MS);
  });

  it('is the first of all in the end', () => {
    const priority = queuePriority({ priority: 0, remainingMs: 0 });
    expect(raisedPriority(priority, raisesAfter(10 * RAISE_AFTER_MS, RAISE_AFTER_MS))).toBe(1);
    expect(raisedPriority(priority, raisesAfter(RAISE_AFTER_MS - 1, RAISE_AFTER_MS))).toBe(priority);
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
