import { describe, expect, it } from 'vitest';
import { aFanOut, aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { failure, ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks)).start();
const SUCCESS = { status: 'succeeded', outputs: { x: 1 } } as const;

describe('cancel', () => {
  it('ends what nobody works on at once, without asking rules', () => {
    const always = aTask('clean', ['a'], { triggerRule: 'all_done' });
    const rig = rigOf('a', always, aTask('off', [], { if: 'false' })).cancel();
    expect(rig.states()).toEqual({ a: 'cancelled', clean: 'cancelled', off: 'skipped' });
    expect(rig.header).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
    expect(rig.flights.size).toBe(0);
  });

  it('says who asked for it, and why, in the history and at the end', () => {
    const rig = rigOf('a');
    rig.ask({ type: 'cancel', graceMs: 1, reason: 'wrong prices', by: 'ann' });
    expect(rig.header.error).toEqual({ code: 'cancelled', message: 'wrong prices', by: 'ann' });
    expect(rig.events.find(({ type }) => type === 'run.cancelling')?.detail).toEqual({
      reason: 'wrong prices',
      by: 'ann',
    });
    expect(rig.restore().header.error?.by).toBe('ann');
  });

  it('ends a run that has not begun', () => {
    const rig = new ShardRig(aPlan(['a'])).cancel();
    expect(rig.states()).toEqual({ a: 'cancelled' });
    expect(rig.header.status).toBe('cancelled');
    expect(rig.start().state('a')).toBe('cancelled');
  });

  it('tells the worker to stop and waits for its word', () => {
    const rig = rigOf('a');
    rig.claim('a');
    rig.cancel();
    expect(rig.header.status).toBe('cancelling');
    expect(rig.flights.get(rig.keyOf('a'))).toBe('x|1|0|s1');
    rig.deliver(rig.outcome('a', { status: 'cancelled' }));
    expect(rig.state('a')).toBe('cancelled');
    expect(rig.header.status).toBe('cancelled');
    expect([rig.flights.size, rig.timers.size]).toEqual([0, 0]);
  });

  it('notices a claim that it had not heard of', () => {
    const rig = rigOf('a');
    rig.claim('a', { silently: true });
    rig.cancel();
    expect(rig.state('a')).toBe('queued');
    expect(rig.flights.get(rig.keyOf('a'))).toBe('x|1|0|s1');
  });

  it('gives up a worker that does not answer within the grace period and two seconds', () => {
    const rig = rigOf('a');
    rig.claim('a');
    rig.cancel(1_000);
    expect(rig.wait(2_999).state('a')).toBe('running');
    expect(rig.wait(1).state('a')).toBe('cancelled');
    expect(rig.header.status).toBe('cancelled');
    expect([rig.flights.size, rig.timers.size]).toEqual([0, 0]);
  });

  it('keeps a success that was accepted first', () => {
    const rig = rigOf('a', aTask('b', ['a']));
    rig.claim('a');
    rig.deliver({ type: 'cancel', run: rig.runId, graceMs: 1 }, rig.outcome('a', SUCCESS));
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'cancelled' });
    const told = rigOf('a');
    told.claim('a');
    told.cancel().deliver(told.outcome('a', SUCCESS));
    expect(told.states()).toEqual({ a: 'succeeded' });
    expect(told.header.status).toBe('cancelled');
  });

  it('leaves an outcome that waits in the inbox to be taken', () => {
    const rig = rigOf('a');
    const outcome = rig.outcome('a', SUCCESS);
    rig.cancel().deliver(outcome);
    expect(rig.state('a')).toBe('succeeded');
  });

  it('begins no other attempt', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(3) }));
    rig.claim('a');
    rig.cancel().deliver(rig.outcome('a', failure()));
    expect(rig.state('a')).toBe('failed');
    expect(rig.timers.size).toBe(0);
  });

  it('ends nodes that wait or pause, and their timers', () => {
    const wait = aTask('w', [], { action: { uses: 'wait', with: { for: '1h' } } });
    const rig = rigOf(wait, aTask('r', [], { retry: aRetry(2) }))
      .fail('r')
      .cancel();
    expect(rig.states()).toEqual({ w: 'cancelled', r: 'cancelled' });
    expect(rig.timers.size).toBe(0);
  });

  it('creates no more nodes of a fan-out', () => {
    const rig = rigOf(aFanOut('f', 6, { maxParallel: 2 }));
    rig.claim('f[0]');
    rig.cancel();
    expect(rig.nodeStates('f')).toEqual(['running', 'cancelled']);
    expect(rig.succeed('f[0]').states()).toEqual({ f: 'cancelled' });
  });
});

describe('limits', () => {
  it('passes over a run that takes too long', () => {
    const rig = new ShardRig(aPlan(['a', aTask('b', ['a'])], { timeoutMs: 60_000 })).start();
    rig.claim('a');
    rig.wait(60_000);
    expect(rig.state('b')).toBe('cancelled');
    rig.succeed('a');
    expect(rig.header).toMatchObject({ status: 'failed', error: { code: 'run_timeout' } });
    expect(rig.timers.size).toBe(0);
  });

  it('forgets the timeout of a run that ended in time', () => {
    const rig = new ShardRig(aPlan(['a'], { timeoutMs: 60_000 })).start().succeed('a');
    expect(rig.timers.size).toBe(0);
  });

  it('fails an attempt whose worker does not keep the timeout itself', () => {
    const rig = rigOf(aTask('a', [], { timeoutMs: 1_000 }));
    rig.claim('a');
    expect(rig.wait(15_999).state('a')).toBe('running');
    expect(rig.wait(1).state('a')).toBe('failed');
    expect(rig.left('a').e?.code).toBe('timeout');
    expect(rig.flights.size).toBe(0);
  });

  it('counts the timeout anew for each delivery', () => {
    const rig = rigOf(aTask('a', [], { timeoutMs: 1_000 }));
    rig.claim('a');
    rig.wait(10_000);
    rig.claim('a');
    expect(rig.wait(15_999).state('a')).toBe('running');
    expect(rig.wait(1).state('a')).toBe('failed');
  });

  it('takes an outcome that was accepted before the timeout was decided', () => {
    const rig = rigOf(aTask('a', [], { timeoutMs: 1_000 }));
    rig.claim('a');
    const outcome = rig.outcome('a', SUCCESS);
    rig.wait(16_000).deliver(outcome);
    expect(rig.state('a')).toBe('succeeded');
  });

  it('decides again when the outcome is accepted while the timeout is decided', () => {
    const rig = rigOf(aTask('a', [], { timeoutMs: 1_000 }));
    rig.claim('a');
    const outcome = rig.outcome('a', SUCCESS);
    // The owner looked at the flight before the worker settled it.
    rig.refreshFlights = () => {};
    rig.wait(16_000);
    expect(rig.conflicts).toBe(1);
    expect(rig.state('a')).toBe('running');
    rig.deliver(outcome);
    expect(rig.state('a')).toBe('succeeded');
  });

  it('fails what nobody takes from the queue in time, and tries again if the policy says so', () => {
    const rig = rigOf(aTask('a', [], { queueTimeoutMs: 5_000, retry: aRetry(2) }));
    expect(rig.wait(5_000).state('a')).toBe('retrying');
    expect(rig.flights.size).toBe(0);
    rig.wait(6_000);
    expect(rig.state('a')).toBe('failed');
    expect(rig.left('a').e).toMatchObject({ code: 'queue_timeout' });
    expect(rig.left('a').e?.message).toContain('queue default');
  });

  it('counts queue_timeout for what is not even sent', () => {
    const rig = new ShardRig(aPlan(['x', aTask('a', [], { queueTimeoutMs: 5_000 })]), { window: 1 }).start();
    expect(rig.tickets.map(({ task }) => task)).toEqual(['x']);
    expect(rig.wait(5_000).state('a')).toBe('failed');
  });

  it('forgets queue_timeout once a worker has it', () => {
    const rig = rigOf(aTask('a', [], { queueTimeoutMs: 5_000 }));
    rig.claim('a', { silently: true });
    expect(rig.wait(5_000).state('a')).toBe('queued');
    expect(rig.succeed('a').state('a')).toBe('succeeded');
    expect(rig.timers.size).toBe(0);
  });

  it('leaves no timer behind when the ticket cannot be made', () => {
    const gone = { action: { uses: 'work', with: { x: '${{ inputs.gone }}' } } };
    const rig = rigOf(aTask('a', [], { queueTimeoutMs: 5_000, ...gone }));
    expect(rig.state('a')).toBe('failed');
    expect(rig.timers.size).toBe(0);
  });
});

describe('lost workers and late results', () => {
  it('fails a node that has cost three workers, without another attempt', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(3) }));
    rig.claim('a', { deaths: 2 });
    rig.deliver({ type: 'lost', ...rig.nameOf('a') });
    expect(rig.state('a')).toBe('failed');
    expect(rig.left('a').e).toMatchObject({ code: 'worker_lost' });
    expect(rig.left('a').e?.message).toMatch(/^3 workers died/);
    expect(rig.flights.size).toBe(0);
  });

  it('ends a stopped node as cancelled when its worker is lost', () => {
    const rig = rigOf('a');
    rig.claim('a');
    rig.cancel().deliver({ type: 'lost', ...rig.nameOf('a') });
    expect(rig.state('a')).toBe('cancelled');
  });

  it('writes a late result down and does not apply it', () => {
    const rig = rigOf(aTask('a', [], { timeoutMs: 1_000, retry: aRetry(2) }));
    rig.claim('a');
    const name = rig.nameOf('a');
    rig.wait(16_000);
    rig.deliver({ type: 'late', ...name, delivery: 1, worker: 'w', startedAt: rig.now, outcome: SUCCESS });
    expect(rig.state('a')).toBe('retrying');
    expect(rig.history('a').at(-1)).toBe('node.late');
    expect(rig.wait(1_000).succeed('a').header.status).toBe('succeeded');
  });

  it('applies an outcome once, however often it comes', () => {
    const rig = rigOf('a', 'b');
    const outcome = rig.outcome('a', SUCCESS);
    rig.deliver(outcome, { ...outcome, outcome: failure() });
    rig.deliver(outcome);
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued' });
    expect(rig.history('a').filter((type) => type === 'node.succeeded')).toHaveLength(1);
  });

  it('writes down what comes for a run that has ended', () => {
    const rig = rigOf('a');
    const outcome = rig.outcome('a', SUCCESS);
    rig.deliver(outcome);
    rig.load();
    rig.deliver({ ...outcome, type: 'late' });
    expect(rig.header.status).toBe('succeeded');
    expect(rig.history('a').at(-1)).toBe('node.late');
  });

  it('takes no notice of runs it does not know', () => {
    const rig = rigOf('a');
    const commits = rig.commits.length;
    rig.deliver({ type: 'cancel', run: 'unknown', graceMs: 1 });
    expect(rig.states()).toEqual({ a: 'queued' });
    expect(rig.commits.slice(commits).flatMap(({ runs }) => runs)).toEqual([]);
  });
});
