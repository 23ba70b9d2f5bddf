import { describe, expect, it } from 'vitest';
import type { PlanRepeat } from '../../../../engine/core/plan.ts';
import { aFanOut, aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks)).start();
const aRepeat = (repeat: Partial<PlanRepeat>): { repeat: PlanRepeat } => ({
  repeat: { delayMs: 5_000, ...repeat },
});

describe('repeat', () => {
  it('does it again after the delay, until it is so', () => {
    const rig = rigOf(aTask('a', [], aRepeat({ until: 'self.outputs.n >= 2' })), aTask('b', ['a']));
    rig.succeed('a', { n: 1 });
    expect(rig.states()).toEqual({ a: 'waiting', b: 'pending' });
    expect(rig.flights.size).toBe(0);
    expect(rig.wait(4_999).state('a')).toBe('waiting');
    expect(rig.wait(1).state('a')).toBe('queued');
    rig.succeed('a', { n: 2 });
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued' });
    expect(rig.left('a')).toMatchObject({ o: { n: 2 }, r: { done: 2 } });
    expect(rig.history('a').filter((type) => type === 'node.repeating')).toHaveLength(1);
    expect(rig.timers.size).toBe(0);
  });

  it('fails when `max` iterations were not enough', () => {
    const rig = rigOf(aTask('a', [], aRepeat({ until: 'self.iteration > 5', max: 2 })));
    rig.succeed('a').wait(5_000).succeed('a');
    expect(rig.state('a')).toBe('failed');
    expect(rig.left('a').e?.code).toBe('repeat_exhausted');
    expect(rig.header.status).toBe('failed');
  });

  it('without `until` goes on until `max`, and succeeds', () => {
    const rig = rigOf(aTask('a', [], aRepeat({ max: 3, delayMs: 0 })));
    rig.succeed('a').succeed('a');
    expect(rig.state('a')).toBe('queued');
    expect(rig.succeed('a').state('a')).toBe('succeeded');
    expect(rig.record('a').attempt).toBe(3);
  });

  it('counts the attempts of `retry` anew in each iteration', () => {
    const rig = rigOf(
      aTask('a', [], { ...aRepeat({ until: 'self.iteration == 3' }), retry: aRetry(2, { delayMs: 100 }) }),
    );
    for (let i = 0; i < 3; i++) rig.fail('a').wait(100).succeed('a').wait(5_000);
    expect(rig.state('a')).toBe('succeeded');
    expect(rig.record('a').attempt).toBe(6);
  });

  it('a new owner knows the iteration', () => {
    const rig = new ShardRig(aPlan([aTask('a', [], aRepeat({ until: 'self.iteration == 3' }))]), {
      forgetful: true,
    }).start();
    rig.succeed('a').wait(5_000).succeed('a').wait(5_000).succeed('a');
    expect(rig.state('a')).toBe('succeeded');
  });

  it('holds no place of `max_parallel` while it waits', () => {
    const rig = rigOf(
      aFanOut('f', 2, { ...aRepeat({ until: 'self.iteration == 2' }), maxParallel: 1 }),
    ).succeed('f[0]');
    expect(rig.nodeStates('f')).toEqual(['waiting', 'queued']);
    rig.wait(5_000);
    expect(rig.nodeStates('f')).toEqual(['blocked', 'queued']);
    rig.succeed('f[1]');
    expect(rig.nodeStates('f')).toEqual(['queued', 'waiting']);
  });

  it('is cancelled while it waits', () => {
    const rig = rigOf(aTask('a', [], aRepeat({ max: 3 }))).succeed('a');
    expect(rig.cancel().state('a')).toBe('cancelled');
    expect(rig.timers.size).toBe(0);
  });

  it('an error in `until` fails the node', () => {
    const rig = rigOf(aTask('a', [], aRepeat({ until: 'self.outputs.gone.deep' }))).succeed('a');
    expect(rig.left('a').e?.code).toBe('unresolved_reference');
  });
});
