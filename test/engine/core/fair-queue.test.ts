import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../../engine/core/fair-queue.ts';
import { PriorityHeap } from '../../../engine/core/priority-heap.ts';

interface Item {
  readonly key: string;
  readonly rank: number;
  readonly cost?: number;
}

const queueOf = (items: readonly Item[] = []) => {
  const queue = new FairQueue<Item>({
    newWaiting: () => new PriorityHeap((a, b) => a.rank < b.rank),
    keyOf: ({ key }) => key,
    costOf: ({ cost = 1 }) => cost,
  });
  for (const item of items) queue.push(item);
  return queue;
};
const many = (key: string, count: number, cost = 1): Item[] =>
  Array.from({ length: count }, (_, rank) => ({ key, rank, cost }));
const drain = (queue: FairQueue<Item>, count = queue.size) =>
  Array.from({ length: count }, () => queue.pop()).flatMap((item) => item ?? []);

describe('a fair queue', () => {
  it('goes by rank where there is one key', () => {
    const queue = queueOf([3, 1, 2].map((rank) => ({ key: '', rank })));
    expect(drain(queue).map(({ rank }) => rank)).toEqual([1, 2, 3]);
    expect(queue.first).toBeUndefined();
    expect(queue.pop()).toBeUndefined();
  });

  it('alternates between keys, however much one of them has brought', () => {
    const queue = queueOf([...many('big', 100), ...many('small', 3)]);
    expect(drain(queue, 6).map(({ key }) => key)).toEqual(['big', 'small', 'big', 'small', 'big', 'small']);
  });

  it('gives equal shares of cost, not of number', () => {
    const queue = queueOf([...many('slow', 50, 9), ...many('quick', 200, 1)]);
    const first = drain(queue, 100);
    const cost = (key: string) =>
      first.filter((item) => item.key === key).reduce((sum, item) => sum + (item.cost ?? 1), 0);
    expect(Math.abs(cost('slow') - cost('quick'))).toBeLessThanOrEqual(9);
  });

  it('gives a key no credit for the time in which it wanted nothing', () => {
    const queue = queueOf(many('a', 40));
    drain(queue, 30);
    for (const item of many('b', 40)) queue.push(item);
    expect(drain(queue, 10).filter(({ key }) => key === 'b')).toHaveLength(5);
  });

  it('charges nothing for what is dropped', () => {
    const queue = queueOf([...many('a', 5), ...many('b', 1)]);
    queue.drop();
    queue.drop();
    expect(queue.size).toBe(4);
    expect(drain(queue, 2).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('forgets idle keys', () => {
    const queue = queueOf();
    for (let i = 0; i < 5_000; i++) {
      queue.push({ key: `k${i}`, rank: 0 });
      queue.pop();
    }
    expect(queue.startOf('k0')).toBe(queue.virtualTime);
  });
});
