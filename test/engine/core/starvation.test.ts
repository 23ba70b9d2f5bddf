/**
 * Nobody starves: one queue with too much work for its slots, in virtual time, ordered by the policy's own queue. A stream of
 * high-priority nodes that alone would fill all slots meets nodes of the lowest priority; a tenant that floods meets a quiet one.
 */
import { describe, expect, it } from 'vitest';
import { AGEING_MS, explainRank, type ReadyNode, readyQueue } from '../../../engine/core/policy.ts';

const SLOTS = 4;
const WORK_MS = 1_000;

interface Arrival {
  readonly at: number;
  readonly name: string;
  readonly priority: number;
  readonly fairness?: string;
}

/** Waiting times by name, ms, when nodes are worked on as the queue gives them. */
function waits(arrivals: readonly Arrival[]): Map<string, number[]> {
  const queue = readyQueue();
  const free = Array.from({ length: SLOTS }, () => 0);
  const coming = [...arrivals].sort((a, b) => a.at - b.at);
  const names = new Map<number, string>();
  const found = new Map<string, number[]>();
  for (let order = 0; order < coming.length || queue.size > 0; ) {
    const slot = free.indexOf(Math.min(...free));
    let now = free[slot] ?? 0;
    if (queue.size === 0) now = Math.max(now, coming[order]?.at ?? 0);
    for (; order < coming.length && (coming[order]?.at ?? 0) <= now; order++) {
      const { at, name, priority, fairness = '' } = coming[order] as Arrival;
      names.set(order, name);
      queue.push(aNode({ node: order, order, queuedAt: at, priority, fairness, cost: WORK_MS }));
    }
    const next = queue.pop();
    if (!next) continue;
    const name = names.get(next.order) ?? '';
    found.set(name, [...(found.get(name) ?? []), now - next.queuedAt]);
    free[slot] = now + WORK_MS;
  }
  return found;
}

function aNode(change: Partial<ReadyNode>): ReadyNode {
  return {
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
  };
}

function stream(name: string, every: number, until: number, change: Omit<Arrival, 'at' | 'name'>): Arrival[] {
  return Array.from({ length: Math.ceil(until / every) }, (_, i) => ({ at: i * every, name, ...change }));
}

const median = (values: readonly number[] = []) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const longest = (values: readonly number[] = []) => Math.max(...values);
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

describe('a queue with more work than slots', () => {
  it('lets nodes of the lowest priority wait nine classes of ageing, and no longer than its backlog', () => {
    const hour = 3_600_000;
    // 5 % more high-priority work than the slots can do, for an hour.
    const high = stream('high', WORK_MS / SLOTS / 1.05, hour, { priority: 9 });
    const low = stream('low', 60_000, hour / 2, { priority: 0 });
    const found = waits([...high, ...low]);
    const backlog = longest(found.get('high'));
    const bound = 9 * AGEING_MS + AGEING_MS + backlog;
    console.info(
      `priority 9: median ${seconds(median(found.get('high')))}, longest ${seconds(backlog)}; ` +
        `priority 0: median ${seconds(median(found.get('low')))}, longest ${seconds(longest(found.get('low')))}; bound ${seconds(bound)}`,
    );
    expect(found.get('low')).toHaveLength(low.length);
    expect(longest(found.get('low'))).toBeLessThanOrEqual(bound);
    expect(median(found.get('low'))).toBeGreaterThan(median(found.get('high')));
  });

  it('gives a quiet tenant its share at once, however much another has brought, and whatever its priority', () => {
    const flood = Array.from({ length: 20_000 }, () => ({
      at: 0,
      name: 'flood',
      priority: 9,
      fairness: 'big',
    }));
    const quiet = stream('quiet', 2_300, 600_000, { priority: 0, fairness: 'small' });
    const found = waits([...flood, ...quiet]);
    console.info(
      `flooding tenant: median ${seconds(median(found.get('flood')))}, longest ${seconds(longest(found.get('flood')))}; ` +
        `quiet tenant: median ${seconds(median(found.get('quiet')))}, longest ${seconds(longest(found.get('quiet')))}`,
    );
    expect(longest(found.get('quiet'))).toBeLessThanOrEqual(2 * WORK_MS);
  });
});

describe('the terms of a rank', () => {
  it('say class, waiting, what it adds, and the path', () => {
    const node = aNode({ priority: 3, queuedAt: 0, remainingMs: 5_000, fairness: 'acme' });
    expect(explainRank(node, 2 * AGEING_MS)).toMatchObject({
      fairness: 'acme',
      priority: 3,
      waitedMs: 2 * AGEING_MS,
      agedPriority: 5,
      remainingMs: 5_000,
    });
  });
});
