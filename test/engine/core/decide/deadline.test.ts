import { describe, expect, it } from 'vitest';
import { aPlan, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const lateOf = (rig: ShardRig) =>
  rig.events.filter(({ type }) => type === 'node.overdue' || type === 'run.late').map(({ type }) => type);

describe('a deadline', () => {
  it('of a task that is passed is said once, and stops nothing', () => {
    const rig = new ShardRig(aPlan([aTask('a', [], { deadlineMs: 1_000 })])).start().wait(60_000);
    expect(lateOf(rig)).toEqual(['node.overdue']);
    expect(rig.succeed('a').header.status).toBe('succeeded');
  });

  it('that is kept says nothing and leaves no timer', () => {
    const rig = new ShardRig(aPlan([aTask('a', [], { deadlineMs: 1_000 })], { deadlineMs: 2_000 })).start();
    rig.succeed('a').wait(10_000);
    expect(lateOf(rig)).toEqual([]);
    expect(rig.timers.size).toBe(0);
  });

  it('of a run counts from its start', () => {
    const rig = new ShardRig(aPlan(['a'], { deadlineMs: 2_000 })).start();
    expect(lateOf(rig.wait(1_999))).toEqual([]);
    expect(lateOf(rig.wait(1))).toEqual(['run.late']);
  });
});
