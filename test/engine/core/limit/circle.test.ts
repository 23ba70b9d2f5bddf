/** Runs that hold what the others wait for: the engine cannot let them go on, so it says so. */
import { describe, expect, it } from 'vitest';
import { limitAddress } from '../../../../engine/core/limit/address.ts';
import { listEntries } from '../../../../engine/core/limit/book.ts';
import {
  circleOf,
  type ParentOf,
  stuckWaiters,
  type WaitedLimit,
} from '../../../../engine/core/limit/circle.ts';
import { readDefinition } from '../../../../engine/core/limit/document.ts';
import type { Plan } from '../../../../engine/core/plan.ts';
import { aPlan, aTask } from '../../../support/run-builder.ts';
import { RunRig } from './run-rig.ts';

const ALONE: ParentOf = () => undefined;

/** A run that holds `own` as a whole, with one task that wants `inner` too. */
function holding(own: string, inner: string, limit = 1): Plan {
  const tasks = [aTask('free'), aTask('t', ['free'], { concurrency: [{ key: inner, limit }] })];
  return aPlan(tasks, { name: own, concurrency: { key: own, limit, onLimit: 'queue' } });
}

function limitsOf(rig: RunRig, ...keys: readonly string[]): WaitedLimit[] {
  return keys.map((key) => {
    const address = limitAddress('concurrency', 'default', key);
    const documents = rig.shard.actors.get(address) ?? new Map();
    return { address, key, limit: readDefinition(documents)?.limit ?? 0, ...listEntries(documents) };
  });
}

const namesOf = (found: ReturnType<typeof stuckWaiters>) => found.map(({ entry }) => entry.run).sort();

describe('a circle of limits', () => {
  it('holds two runs for ever, and is found with all its links', () => {
    const rig = new RunRig().start('a', holding('x', 'y')).start('b', holding('y', 'x'));
    expect(stuckWaiters(limitsOf(rig, 'x', 'y'), ALONE)).toEqual([]);
    rig.settle('a', 'free');
    expect(stuckWaiters(limitsOf(rig, 'x', 'y'), ALONE)).toEqual([]);
    rig.settle('b', 'free').wait(3_600_000);
    expect([rig.state('a', 't'), rig.state('b', 't')]).toEqual(['blocked', 'blocked']);
    const stuck = stuckWaiters(limitsOf(rig, 'x', 'y'), ALONE);
    expect(namesOf(stuck)).toEqual(['a', 'b']);
    const links = circleOf({ run: 'a', node: 1 }, stuck, ALONE);
    expect(links.map(({ waiter, limit, holder }) => [waiter.run, limit.key, holder.run])).toEqual([
      ['a', 'y', 'b'],
      ['b', 'x', 'a'],
    ]);
    rig.deliver({ type: 'cancel', run: 'b', graceMs: 0 });
    expect(rig.state('a', 't')).toBe('queued');
    expect(stuckWaiters(limitsOf(rig, 'x', 'y'), ALONE)).toEqual([]);
  });

  it('is none while one of several holders goes on', () => {
    const rig = new RunRig()
      .start('a', holding('x', 'y', 2))
      .start('b', holding('y', 'x', 2))
      .start('c', aPlan([aTask('t', [], { concurrency: [{ key: 'y', limit: 2 }] })]));
    rig.start('d', aPlan([aTask('t', [], { concurrency: [{ key: 'x', limit: 2 }] })]));
    rig.settle('a', 'free').settle('b', 'free');
    expect([rig.state('a', 't'), rig.state('b', 't')]).toEqual(['blocked', 'blocked']);
    expect(stuckWaiters(limitsOf(rig, 'x', 'y'), ALONE)).toEqual([]);
  });

  it('goes through sub-workflows: a parent keeps what it holds as long as its child waits', () => {
    const rig = new RunRig()
      .start('parent', holding('x', 'z'))
      .start('child', aPlan([aTask('t', [], { concurrency: [{ key: 'y', limit: 1 }] })], { name: 'child' }));
    const other = new RunRig().start('other', holding('y', 'x')).settle('other', 'free');
    const [x] = limitsOf(rig, 'x');
    const [y] = limitsOf(rig, 'y');
    const [otherX, otherY] = [limitsOf(other, 'x')[0], limitsOf(other, 'y')[0]];
    if (!x || !y || !otherX || !otherY) throw new Error('limits are missing');
    // The child waits for y, which the other run holds, which waits for x, which the parent holds.
    const limits = [
      { ...x, waiters: otherX.holders },
      { ...y, holders: otherY.holders, waiters: y.holders },
    ];
    const parentOf: ParentOf = (run) => (run === 'child' ? { run: 'parent', node: 1 } : undefined);
    expect(stuckWaiters(limits, ALONE)).toEqual([]);
    expect(namesOf(stuckWaiters(limits, parentOf))).toEqual(['child', 'other']);
  });
});
