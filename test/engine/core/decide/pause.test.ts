import { describe, expect, it } from 'vitest';
import { aFanOut, aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { failure, ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks), { forgetful: true }).start();

describe('a paused run', () => {
  it('starts nothing new, and what runs goes on', () => {
    const rig = rigOf('a', 'b', aTask('c', ['a']));
    rig.claim('a');
    expect(rig.ask({ type: 'pause', reason: 'lunch' })).toEqual({ ok: true });
    expect(rig.header).toMatchObject({ status: 'paused', paused: { reason: 'lunch' } });
    expect(rig.states()).toEqual({ a: 'running', b: 'blocked', c: 'pending' });
    expect(rig.succeed('a').states()).toEqual({ a: 'succeeded', b: 'blocked', c: 'pending' });
    expect(rig.flights.size).toBe(0);
  });

  it('goes on where it was: the same attempts are queued again', () => {
    const rig = rigOf('a', aTask('b', ['a']));
    rig.ask({ type: 'pause' });
    expect(rig.record('a').attempt).toBe(0);
    expect(rig.ask({ type: 'resume' })).toEqual({ ok: true });
    expect(rig.record('a')).toMatchObject({ state: 'queued', attempt: 1 });
    expect(rig.succeed('a').succeed('b').header.status).toBe('succeeded');
    expect(rig.history('a')).toEqual([
      'node.queued',
      'node.blocked',
      'node.queued',
      'node.started',
      'node.succeeded',
    ]);
  });

  it('begins no other attempt, though its pause is over', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(2) }));
    rig.claim('a');
    rig.ask({ type: 'pause' });
    rig.deliver(rig.outcome('a', failure()));
    expect(rig.wait(5_000).state('a')).toBe('blocked');
    rig.ask({ type: 'resume' });
    expect(rig.record('a')).toMatchObject({ state: 'queued', attempt: 2 });
  });

  it('lets waits go on, and does not end before it is resumed', () => {
    const rig = rigOf(aTask('w', [], { action: { uses: 'wait', with: { for: '1m' } } }));
    rig.ask({ type: 'pause' });
    expect(rig.wait(60_000).state('w')).toBe('succeeded');
    expect(rig.header.status).toBe('paused');
    rig.ask({ type: 'resume' });
    expect(rig.header.status).toBe('succeeded');
  });

  it('creates no nodes of fan-outs', () => {
    const rig = rigOf('a', aFanOut('f', 4, { maxParallel: 2 }));
    rig.claim('f[0]');
    rig.ask({ type: 'pause' });
    rig.succeed('f[0]');
    expect(rig.nodeStates('f')).toEqual(['succeeded', 'blocked']);
    rig.ask({ type: 'resume' });
    expect(rig.nodeStates('f')).toEqual(['succeeded', 'queued', 'queued']);
  });

  it('can be cancelled', () => {
    const rig = rigOf('a');
    rig.ask({ type: 'pause' });
    rig.cancel();
    expect(rig.header.status).toBe('cancelled');
    expect(rig.header.paused).toBeUndefined();
  });

  it('decides again when a worker claims what was to be withdrawn', () => {
    const rig = new ShardRig(aPlan(['a'])).start();
    rig.claim('a', { silently: true });
    rig.refreshFlights = () => {};
    rig.ask({ type: 'pause' });
    expect(rig.conflicts).toBe(1);
    expect(rig.state('a')).toBe('queued');
    expect(rig.succeed('a').state('a')).toBe('succeeded');
  });

  it('is paused in commits of bounded size, whatever its width', () => {
    const rig = new ShardRig(aPlan([aFanOut('f', 3_000)])).start();
    rig.ask({ type: 'pause' });
    expect(new Set(rig.nodeStates('f'))).toEqual(new Set(['blocked']));
    expect(rig.flights.size).toBe(0);
    rig.ask({ type: 'resume' });
    expect(new Set(rig.nodeStates('f'))).toEqual(new Set(['queued']));
  });
});

describe('requests', () => {
  it('are refused with the reason', () => {
    const rig = rigOf('a');
    expect(rig.ask({ type: 'resume' })).toMatchObject({
      ok: false,
      message: 'the run is running, not paused',
    });
    rig.ask({ type: 'pause' });
    expect(rig.ask({ type: 'pause' })).toMatchObject({ ok: false, code: 'not_possible' });
    rig.cancel();
    expect(rig.ask({ type: 'pause' })).toMatchObject({ ok: false });
    expect(rig.ask({ type: 'cancel', graceMs: 1 })).toMatchObject({
      ok: false,
      message: 'the run has ended already: it was cancelled',
    });
  });

  it('have their effect once, and the same answer each time', () => {
    const rig = rigOf('a');
    const pause = { type: 'pause', run: rig.runId, request: 'x' } as const;
    rig.deliver(pause);
    rig.ask({ type: 'resume' });
    rig.deliver(pause);
    expect(rig.header.status).toBe('running');
    expect(rig.answerTo('x')).toEqual({ ok: true });
  });

  it('to a run that is not there are answered, too', () => {
    const rig = rigOf('a');
    rig.deliver({ type: 'pause', run: '01KDVDSG00000000000000000B', request: 'y' });
    expect(rig.answerTo('y')).toMatchObject({ ok: false, code: 'run_not_found' });
  });
});
