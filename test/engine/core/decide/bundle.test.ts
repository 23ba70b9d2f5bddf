import { describe, expect, it } from 'vitest';
import { settleTurn, Turn } from '../../../../engine/core/decide/index.ts';
import { MAX_BUNDLE } from '../../../../engine/core/policy.ts';
import { adoptRun, newShardState } from '../../../../engine/core/shard-state.ts';
import type { Ticket } from '../../../../engine/core/ticket.ts';
import { aFanOut, aPlan, aRun } from '../../../support/run-builder.ts';

const WINDOW = 2;
const WIDTH = 100;

/** Tickets of the first turn of a run whose fan-out `each` has learned to take so long. */
function dispatched(learnedMs: number | undefined, mayBundle: boolean, window = WINDOW) {
  const plan = aPlan([aFanOut('each', WIDTH)]);
  const run = aRun({}, { plan });
  const shard = newShardState(0, new Map());
  if (learnedMs !== undefined) {
    const { namespace, workflow } = run.header;
    shard.durations.learn({ namespace, workflow, task: 'each' }, learnedMs);
  }
  adoptRun(shard, run, new Map(), 1_000);
  const turn = new Turn(shard, 1_000);
  settleTurn(
    turn,
    () => window,
    () => mayBundle,
  );
  return turn.tickets;
}

function sizesOf(tickets: readonly Ticket[]): number[] {
  const sizes = new Map<string, number>();
  for (const { bundle = '' } of tickets) sizes.set(bundle, (sizes.get(bundle) ?? 0) + 1);
  return [...sizes.values()];
}

describe('small nodes of a fan-out', () => {
  it('may travel together once they have proved to be small, as many bundles as there is room for tickets', () => {
    const tickets = dispatched(1, true);
    expect(tickets).toHaveLength(WINDOW * MAX_BUNDLE);
    expect(sizesOf(tickets)).toEqual([MAX_BUNDLE, MAX_BUNDLE]);
  });

  it('travel in smaller bundles the longer they take', () => {
    expect(sizesOf(dispatched(4, true))).toEqual([10, 10]);
  });

  it('are shared among all slots when there are few', () => {
    // Two tickets a slot: 20 slots.
    expect(sizesOf(dispatched(1, true, 40))).toEqual(Array.from({ length: 20 }, () => 5));
  });

  it.each([
    ['nobody knows how long they take', undefined, true],
    ['they take long', 500, true],
    ['a worker of the queue does not take bundles', 1, false],
  ])('travel alone when %s', (_why, learnedMs, mayBundle) => {
    const tickets = dispatched(learnedMs, mayBundle);
    expect(tickets).toHaveLength(WINDOW);
    expect(tickets.every(({ bundle }) => bundle === undefined)).toBe(true);
  });
});
