import { describe, expect, it } from 'vitest';
import { aFanOut, aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks)).start();

describe('retry', () => {
  it('tries again after the pause, until it succeeds', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(3, { delayMs: 5_000 }) }), aTask('b', ['a'])).fail('a');
    expect(rig.states()).toEqual({ a: 'retrying', b: 'pending' });
    expect(rig.flights.size).toBe(0);
    expect(rig.wait(4_999).state('a')).toBe('retrying');
    expect(rig.wait(1).state('a')).toBe('queued');
    expect(rig.record('a').attempt).toBe(2);
    expect(rig.succeed('a').states()).toEqual({ a: 'succeeded', b: 'queued' });
    expect(rig.history('a')).toEqual([
      'node.queued',
      'node.started',
      'node.retrying',
      'node.queued',
      'node.started',
      'node.succeeded',
    ]);
  });

  it('fails with the last error when the attempts are used up', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(2) }))
      .fail('a', { message: 'one' })
      .wait(1_000);
    rig.fail('a', { message: 'two' });
    expect(rig.state('a')).toBe('failed');
    expect(rig.left('a').e?.message).toBe('two');
    expect(rig.timers.size).toBe(0);
  });

  it.each([
    ["error.code == 'timeout'", 'failed'],
    ['error.exit_code == 75', 'retrying'],
    ['self.attempt < 2 && error.status == null', 'retrying'],
    ['error.gone.deep', 'failed'],
  ])('asks `on`: %s', (on, state) => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(3, { on }) })).fail('a', { exit_code: 75 });
    expect(rig.state('a')).toBe(state);
    expect(rig.left('a').e?.code).toBe('exit_code');
  });

  it('says so when `on` cannot be evaluated, beside why the attempt failed', () => {
    const retry = aRetry(3, { on: 'error.gone.deep' });
    const rig = rigOf(aTask('a', [], { retry })).fail('a', { message: 'no space left' });
    expect(rig.left('a').e?.message).toMatch(
      /^no space left\nIt was not tried again, because `retry.on`.*gone/,
    );
  });

  it('begins no attempt after the budget', () => {
    const retry = aRetry(10, { delayMs: 4_000, budgetMs: 10_000 });
    const rig = rigOf(aTask('a', [], { retry }));
    for (let i = 0; i < 2; i++) rig.fail('a').wait(4_000);
    expect(rig.fail('a').state('a')).toBe('failed');
    expect(rig.record('a').attempt).toBe(3);
  });

  it('waits as long as the failed work asked for', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(2) })).fail('a', {
      code: 'http_status',
      retry_after: 30_000,
    });
    expect(rig.wait(29_999).state('a')).toBe('retrying');
    expect(rig.wait(1).state('a')).toBe('queued');
  });

  it('keeps the same pause when the decision is made again', () => {
    const pauseOf = () => {
      const retry = aRetry(2, { delayMs: 100_000, jitter: 1 });
      const rig = rigOf(aFanOut('f', 20, { retry, failFast: false }));
      for (let i = 0; i < 20; i++) rig.fail(`f[${i}]`);
      return [...rig.timers.values()].map((due) => due - rig.now);
    };
    expect(pauseOf()).toEqual(pauseOf());
    expect(new Set(pauseOf()).size).toBeGreaterThan(15);
    expect(Math.max(...pauseOf()) - Math.min(...pauseOf())).toBeGreaterThan(50_000);
  });

  it('does not try again when the options cannot be resolved', () => {
    const with_ = { x: '${{ inputs.gone }}' };
    const rig = rigOf(aTask('a', [], { retry: aRetry(3), action: { uses: 'work', with: with_ } }));
    expect(rig.state('a')).toBe('failed');
    expect(rig.left('a').e?.code).toBe('unresolved_reference');
  });

  it('also repeats actions that need no worker', () => {
    const fail = { action: { uses: 'fail', with: { message: 'no' } } };
    const rig = rigOf(aTask('a', [], { retry: aRetry(2), ...fail }));
    expect(rig.state('a')).toBe('retrying');
    expect(rig.wait(1_000).state('a')).toBe('failed');
    expect(rig.record('a').attempt).toBe(2);
  });
});

describe('wait', () => {
  it('waits without a worker and goes on at its time', () => {
    const rig = rigOf(aTask('a', [], { action: { uses: 'wait', with: { for: '1m' } } }), aTask('b', ['a']));
    expect(rig.states()).toEqual({ a: 'waiting', b: 'pending' });
    expect(rig.wait(59_999).state('a')).toBe('waiting');
    expect(rig.wait(1).states()).toEqual({ a: 'succeeded', b: 'queued' });
    expect(rig.history('a')).toEqual(['node.queued', 'node.started', 'node.waiting', 'node.succeeded']);
  });

  it('leaves its place under max_parallel to others', () => {
    const wait = aTask('a', [], { action: { uses: 'wait', with: { for: '1m' } } });
    const rig = new ShardRig(aPlan([wait, 'b'], { maxParallel: 1 })).start();
    expect(rig.states()).toEqual({ a: 'waiting', b: 'queued' });
  });

  it('lets a fan-out of waits with max_parallel go on', () => {
    const action = { uses: 'wait', with: { for: '1m' } };
    const rig = new ShardRig(aPlan([aFanOut('f', 4, { action, maxParallel: 1 })])).start();
    expect(rig.nodeStates('f')).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
  });

  it('leaves the place of a pause before another attempt to others', () => {
    const fail = { action: { uses: 'fail', with: { message: 'no' } }, retry: aRetry(2) };
    const rig = new ShardRig(aPlan([aTask('a', [], fail), 'b'], { maxParallel: 1 })).start();
    expect(rig.states()).toEqual({ a: 'retrying', b: 'queued' });
  });
});
