import { describe, expect, it } from 'vitest';
import type { PlanTask } from '../../../../engine/core/plan.ts';
import { aFanOut, aPlan, aTask, type NeedDraft, type TaskDraft } from '../../../support/run-builder.ts';
import { failure, ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks), { forgetful: true }).start();
const onSuccess = (id: string, needs: readonly NeedDraft[] = []) => aTask(id, needs, { phase: 'on_success' });
const onFailure = (id: string) => aTask(id, [], { phase: 'on_failure' });
const onFinish = (id: string, change: Partial<PlanTask> = {}) =>
  aTask(id, [], { phase: 'on_finish', ...change });
/** The compensation of the task with this index, after those of `after`. */
const undo = (of: number, id: string, after: readonly string[] = []): TaskDraft =>
  aTask(id, after, { phase: 'compensate', triggerRule: 'all_done', fanOut: { kind: 'compensation', of } });

const runEvents = (rig: ShardRig) =>
  rig.events.filter(({ type }) => type.startsWith('run.')).map(({ type }) => type);

describe('handlers', () => {
  const tasks = ['a', onSuccess('good'), onFailure('bad'), onFinish('last')];

  it('run after a success, those of on_finish last, and only then the run has ended', () => {
    const rig = rigOf(...tasks);
    expect(rig.states()).toMatchObject({ a: 'queued', good: 'pending' });
    rig.succeed('a');
    expect(rig.header).toMatchObject({ status: 'finishing', result: { status: 'succeeded' } });
    expect(rig.states()).toEqual({ a: 'succeeded', good: 'queued', bad: 'skipped', last: 'pending' });
    rig.succeed('good');
    expect(rig.state('last')).toBe('queued');
    rig.succeed('last');
    expect(rig.header.status).toBe('succeeded');
    expect(runEvents(rig)).toEqual(['run.created', 'run.started', 'run.finishing', 'run.succeeded']);
  });

  it('run after a failure, and see what came of the run', () => {
    const env = { S: '${{ run.status }}', F: '${{ run.failed_tasks[0] }}', E: '${{ run.error.code }}' };
    const rig = rigOf('a', aTask('bad', [], { phase: 'on_failure', env }), onSuccess('good')).fail('a');
    expect(rig.tickets.at(-1)).toMatchObject({ task: 'bad', env: { S: 'failed', F: 'a', E: 'exit_code' } });
    rig.succeed('bad');
    expect(rig.states()).toMatchObject({ good: 'skipped' });
    expect(rig.header).toMatchObject({ status: 'failed', error: { code: 'exit_code', task: 'a' } });
  });

  it('change no result when they fail', () => {
    const rig = rigOf(...tasks)
      .succeed('a')
      .fail('good')
      .fail('last');
    expect(rig.header.status).toBe('succeeded');
    expect(rig.header.error).toBeUndefined();
  });

  it('of on_finish run after a cancel, those of a failure do not', () => {
    const rig = rigOf(...tasks).cancel();
    expect(rig.states()).toEqual({ a: 'cancelled', good: 'skipped', bad: 'skipped', last: 'queued' });
    expect(rig.ask({ type: 'cancel', graceMs: 1 })).toMatchObject({ ok: false, code: 'not_possible' });
    rig.succeed('last');
    expect(rig.header.status).toBe('cancelled');
  });

  it('of a failure run when the run passes its timeout, which does not stop them', () => {
    const plan = aPlan(['a', onFailure('bad')], { timeoutMs: 1_000 });
    const rig = new ShardRig(plan, { forgetful: true }).start().wait(1_000);
    expect(rig.states()).toEqual({ a: 'cancelled', bad: 'queued' });
    rig.wait(10_000).succeed('bad');
    expect(rig.header).toMatchObject({ status: 'failed', error: { code: 'run_timeout' } });
  });

  it('need each other as tasks do', () => {
    const rig = rigOf('a', onSuccess('one'), onSuccess('two', ['one'])).succeed('a');
    expect(rig.states()).toMatchObject({ one: 'queued', two: 'pending' });
    expect(rig.succeed('one').succeed('two').header.status).toBe('succeeded');
  });

  it('that do not apply leave no trace but that they were skipped', () => {
    const rig = rigOf('a', onFailure('bad')).succeed('a');
    expect(runEvents(rig)).toEqual(['run.created', 'run.started', 'run.succeeded']);
    expect(rig.state('bad')).toBe('skipped');
  });
});

describe('compensation', () => {
  const saga = [
    'book',
    aTask('pay', ['book']),
    aTask('ship', ['pay']),
    undo(1, 'refund'),
    undo(0, 'unbook', ['refund']),
  ];

  it('undoes what succeeded, the last first, before the handlers', () => {
    const rig = rigOf(...saga, onFailure('tell'))
      .succeed('book')
      .succeed('pay')
      .fail('ship');
    expect(rig.header.status).toBe('compensating');
    expect(rig.state('refund[0]')).toBe('queued');
    expect(rig.state('unbook')).toBe('pending');
    rig.succeed('refund[0]');
    expect(rig.state('unbook[0]')).toBe('queued');
    expect(rig.state('tell')).toBe('pending');
    rig.succeed('unbook[0]');
    expect(rig.header.status).toBe('finishing');
    expect(rig.succeed('tell').header).toMatchObject({ status: 'failed', error: { task: 'ship' } });
  });

  it('passes over what has not succeeded', () => {
    const rig = rigOf(...saga)
      .succeed('book')
      .fail('pay');
    expect(rig.states()).toMatchObject({ refund: 'skipped', unbook: 'running' });
    expect(rig.succeed('unbook[0]').header.status).toBe('failed');
  });

  it('does nothing after a success', () => {
    const rig = rigOf(...saga)
      .succeed('book')
      .succeed('pay')
      .succeed('ship');
    expect(rig.states()).toMatchObject({ refund: 'skipped', unbook: 'skipped' });
    expect(runEvents(rig)).not.toContain('run.compensating');
    expect(rig.header.status).toBe('succeeded');
  });

  it('follows a cancel', () => {
    const rig = rigOf(...saga)
      .succeed('book')
      .cancel();
    expect(rig.header.status).toBe('compensating');
    expect(rig.succeed('unbook[0]').header.status).toBe('cancelled');
  });

  it('goes on when a part of it fails, and the run says so', () => {
    const rig = rigOf(...saga)
      .succeed('book')
      .succeed('pay')
      .fail('ship')
      .fail('refund[0]', { message: 'no' });
    expect(rig.state('unbook[0]')).toBe('queued');
    rig.succeed('unbook[0]');
    expect(rig.header).toMatchObject({
      status: 'failed',
      error: { code: 'compensation_failed', task: 'refund' },
    });
    expect(rig.header.error?.message).toContain('it failed');
  });

  it('has a node for each node of a fan-out that succeeded, and sees what it undoes', () => {
    const env = { ID: '${{ self.outputs.id }}' };
    const rig = rigOf(
      aFanOut('f', 3, { maxFailures: { count: 3 } }),
      aTask('g', ['f']),
      aTask('undo', [], {
        phase: 'compensate',
        triggerRule: 'all_done',
        fanOut: { kind: 'compensation', of: 0 },
        env,
      }),
    );
    rig.succeed('f[0]', { id: 'x0' }).fail('f[1]').succeed('f[2]', { id: 'x2' }).fail('g');
    expect(rig.tickets.slice(-2).map((ticket) => ticket.env['ID'])).toEqual(['x0', 'x2']);
    rig.fail('undo[0]').succeed('undo[1]');
    expect(rig.header.error?.code).toBe('compensation_failed');
  });
});

describe('a failure before a cancel', () => {
  it('makes the run failed, since that is what a person has to know of', () => {
    const rig = rigOf('a', 'b').fail('a').cancel();
    expect(rig.states()).toEqual({ a: 'failed', b: 'cancelled' });
    expect(rig.header).toMatchObject({ status: 'failed', error: { task: 'a' } });
  });

  it('that is allowed does not', () => {
    const rig = rigOf(aTask('a', [], { allowFailure: true }), 'b');
    rig.deliver(rig.outcome('a', failure()));
    expect(rig.cancel().header.status).toBe('cancelled');
  });
});
