import { describe, expect, it } from 'vitest';
import { aFanOut, aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks), { forgetful: true }).start();
const retryFailed = { type: 'retry', scope: 'failed' } as const;

describe('retry of what failed', () => {
  it('takes an ended run up again: what failed and what follows from it', () => {
    const rig = rigOf(
      'a',
      aTask('b', ['a']),
      aTask('c', ['b']),
      aTask('d', ['b'], { triggerRule: 'all_failed' }),
    );
    rig.succeed('a').fail('b').succeed('d');
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'failed', c: 'upstream_failed', d: 'succeeded' });
    expect(rig.ask(retryFailed)).toEqual({ ok: true, reset: 3, kept: 1 });
    expect(rig.header).toMatchObject({ status: 'running', retries: 1 });
    expect(rig.header.finishedAt).toBeUndefined();
    expect(rig.record('b')).toMatchObject({ state: 'queued', generation: 2, attempt: 2, earlier: 1 });
    rig.succeed('b').succeed('c');
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'succeeded', c: 'succeeded', d: 'skipped' });
    expect(rig.header.status).toBe('succeeded');
    const ends = rig.events.filter(({ type }) =>
      ['run.failed', 'run.retried', 'run.succeeded'].includes(type),
    );
    expect(ends.map(({ type }) => type)).toEqual(['run.failed', 'run.retried', 'run.succeeded']);
  });

  it('gives every node all its attempts again', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(2) }))
      .fail('a')
      .wait(1_000)
      .fail('a');
    expect(rig.state('a')).toBe('failed');
    rig.ask(retryFailed);
    expect(rig.fail('a').state('a')).toBe('retrying');
    expect(rig.wait(1_000).succeed('a').record('a')).toMatchObject({ attempt: 4, earlier: 2, generation: 2 });
  });

  it('does again only the items of a fan-out that failed', () => {
    const rig = rigOf(
      aFanOut('f', 3, { failFast: false }),
      aTask('g', ['f'], { env: { X: '${{ tasks.f.outputs.x }}' } }),
    );
    rig.succeed('f[0]', { x: 0 }).fail('f[1]').succeed('f[2]', { x: 2 });
    rig.ask(retryFailed);
    expect(rig.state('f')).toBe('running');
    expect(rig.nodeStates('f')).toEqual(['succeeded', 'queued', 'succeeded']);
    rig.succeed('f[1]', { x: 1 });
    expect(rig.tickets.at(-1)).toMatchObject({ task: 'g', env: { X: '[0,1,2]' } });
    expect(rig.succeed('g').header.status).toBe('succeeded');
  });

  it('creates the items that fail_fast had left out', () => {
    const rig = rigOf(aFanOut('f', 5, { maxParallel: 1 }))
      .succeed('f[0]')
      .fail('f[1]');
    expect(rig.header.status).toBe('failed');
    rig.ask(retryFailed);
    for (const i of [2, 1, 3, 4]) rig.succeed(`f[${i}]`);
    expect(rig.header.status).toBe('succeeded');
  });

  it('goes over several commits when much is reset, and survives a new owner in between', () => {
    const rig = rigOf(aFanOut('f', 2_500, { failFast: false }), aTask('g', ['f']));
    for (let i = 0; i < 2_500; i += 500)
      rig.deliver(
        ...Array.from({ length: 500 }, (_, n) => rig.outcome(`f[${i + n}]`, { status: 'cancelled' })),
      );
    expect(rig.header.status).toBe('cancelled');
    rig.ask(retryFailed);
    expect(new Set(rig.nodeStates('f'))).toEqual(new Set(['queued']));
    expect(rig.header.reset).toBeUndefined();
  });

  it('runs what was undone again, with all that follows, and the end of the run, too', () => {
    const rig = rigOf(
      'a',
      aTask('b', ['a']),
      aTask('c', ['b']),
      aTask('undo', [], {
        phase: 'compensate',
        triggerRule: 'all_done',
        fanOut: { kind: 'compensation', of: 0 },
      }),
      aTask('tell', [], { phase: 'on_finish' }),
    );
    rig.succeed('a').succeed('b').fail('c').succeed('undo[0]').succeed('tell');
    expect(rig.header.status).toBe('failed');
    rig.ask(retryFailed);
    expect(rig.states()).toMatchObject({
      a: 'queued',
      b: 'pending',
      c: 'pending',
      undo: 'pending',
      tell: 'pending',
    });
    rig.succeed('a').succeed('b').fail('c');
    expect(rig.state('undo[0]')).toBe('queued');
    rig.succeed('undo[0]').succeed('tell');
    expect(rig.header.status).toBe('failed');
    rig.ask(retryFailed);
    rig.succeed('a').succeed('b').succeed('c').succeed('tell');
    expect(rig.header).toMatchObject({ status: 'succeeded', retries: 2 });
    expect(rig.state('undo')).toBe('skipped');
  });

  it('tells the nodes which time it is', () => {
    const rig = rigOf(aTask('a', [], { env: { N: '${{ run.attempt }}' } })).fail('a');
    rig.ask(retryFailed);
    expect(rig.tickets.at(-1)?.env).toEqual({ N: '2' });
  });

  it('is refused when nothing failed', () => {
    const answer = rigOf('a').succeed('a').ask(retryFailed);
    expect(answer).toMatchObject({ ok: false, code: 'not_possible' });
  });
});

describe('retry from a node, of one, and of all', () => {
  const chain = ['a', aTask('b', ['a']), aTask('c', ['b']), 'x'];
  const ended = () =>
    rigOf(...chain)
      .succeed('a')
      .succeed('b')
      .succeed('c')
      .succeed('x');

  it('does the node and everything downstream', () => {
    const rig = ended();
    rig.ask({ type: 'retry', scope: 'from', nodes: ['b'] });
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued', c: 'pending', x: 'succeeded' });
  });

  it('does one node alone', () => {
    const rig = ended();
    rig.ask({ type: 'retry', scope: 'node', nodes: ['b'] });
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued', c: 'succeeded', x: 'succeeded' });
    expect(rig.succeed('b').header.status).toBe('succeeded');
  });

  it('does not do a node alone that others were given up for', () => {
    const rig = rigOf(...chain)
      .succeed('a')
      .fail('b')
      .succeed('x');
    const answer = rig.ask({ type: 'retry', scope: 'node', nodes: ['b'] });
    expect(answer).toMatchObject({ ok: false, code: 'not_possible' });
    expect(JSON.stringify(answer)).toContain('c did not run, since one before it failed');
  });

  it('does all', () => {
    const rig = ended();
    rig.ask({ type: 'retry', scope: 'all' });
    expect(rig.states()).toEqual({ a: 'queued', b: 'pending', c: 'pending', x: 'queued' });
  });

  it('does an item of a fan-out', () => {
    const rig = rigOf(aFanOut('f', 2), aTask('g', ['f']))
      .succeed('f[0]')
      .succeed('f[1]')
      .succeed('g');
    rig.ask({ type: 'retry', scope: 'from', nodes: ['f[1]'] });
    expect(rig.nodeStates('f')).toEqual(['succeeded', 'queued']);
    expect(rig.state('g')).toBe('pending');
    expect(rig.succeed('f[1]').succeed('g').header.status).toBe('succeeded');
  });

  it('makes new nodes of a fan-out that is reset as a whole', () => {
    const rig = rigOf('a', aFanOut('f', '${{ tasks.a.outputs.n }}', { needs: ['a'] }));
    rig
      .succeed('a', { n: [1, 2, 3] })
      .succeed('f[0]')
      .succeed('f[1]')
      .succeed('f[2]');
    rig.ask({ type: 'retry', scope: 'from', nodes: ['a'] });
    rig.succeed('a', { n: [1] });
    expect(rig.nodeStates('f')).toEqual(['queued']);
    expect(rig.succeed('f[0]').header.status).toBe('succeeded');
  });

  it('works on a live run, where nothing that is reset is at work', () => {
    const rig = rigOf('a', aTask('b', ['a']), 'x')
      .succeed('a')
      .fail('b');
    expect(rig.header.status).toBe('running');
    expect(rig.ask(retryFailed)).toMatchObject({ ok: true, reset: 1 });
    expect(rig.state('b')).toBe('queued');
    const busy = rig.ask({ type: 'retry', scope: 'from', nodes: ['a'] });
    expect(busy).toMatchObject({ ok: false, code: 'not_possible' });
    expect(JSON.stringify(busy)).toContain('b would be reset, but is at work');
    expect(rig.succeed('b').succeed('x').header.status).toBe('succeeded');
  });

  it('names nodes that are not there', () => {
    const answer = ended().ask({ type: 'retry', scope: 'from', nodes: ['nope'] });
    expect(answer).toEqual({ ok: false, code: 'node_not_found', message: 'the run has no node nope' });
  });
});

describe('mark', () => {
  it('lets an ended run go on behind a node that a person has mended', () => {
    const rig = rigOf('a', aTask('b', ['a'], { env: { V: '${{ tasks.a.outputs.v }}' } })).fail('a');
    rig.ask({ type: 'mark', node: 'a', as: 'succeeded', outputs: { v: '7' }, reason: 'by hand', by: 'eva' });
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued' });
    expect(rig.tickets.at(-1)?.env).toEqual({ V: '7' });
    expect(rig.succeed('b').header.status).toBe('succeeded');
    expect(rig.history('a').slice(-3)).toEqual(['node.reset', 'node.marked', 'node.succeeded']);
  });

  it('takes a node out of the hands of its worker', () => {
    const rig = rigOf('a', aTask('b', ['a']));
    rig.claim('a');
    rig.ask({ type: 'mark', node: 'a', as: 'skipped' });
    expect(rig.states()).toEqual({ a: 'skipped', b: 'skipped' });
    expect(rig.header.status).toBe('succeeded');
    expect([rig.flights.size, rig.timers.size]).toEqual([0, 0]);
  });

  it('counts, and not the outcome that was on its way and is taken by the same step', () => {
    const rig = rigOf(aTask('a', [], { costPerHour: 3_600 }), aTask('b', ['a']));
    rig.claim('a');
    const outcome = rig.wait(3_000).outcome('a', { status: 'succeeded', outputs: { v: 'late' } });
    const mark = { type: 'mark', node: 'a', as: 'succeeded', outputs: { v: 'mine' } } as const;
    rig.deliver({ ...mark, run: rig.header.id }, outcome);
    expect(rig.history('a').slice(-3)).toEqual(['node.reset', 'node.marked', 'node.succeeded']);
    expect(rig.left('a').o).toEqual({ v: 'mine' });
    expect(rig.header.cost).toBe(3);
  });

  it('ends a node before it has begun', () => {
    const rig = rigOf('a', aTask('b', ['a']), aTask('c', ['b']));
    rig.ask({ type: 'mark', node: 'b', as: 'failed', reason: 'not today' });
    expect(rig.states()).toEqual({ a: 'queued', b: 'failed', c: 'upstream_failed' });
    expect(rig.left('b').e).toMatchObject({ code: 'marked_failed' });
    expect(rig.succeed('a').header).toMatchObject({ status: 'failed', error: { task: 'b' } });
  });

  it('decides what becomes of a fan-out by its items', () => {
    const rig = rigOf(aFanOut('f', 2, { failFast: false }), aTask('g', ['f']))
      .succeed('f[0]')
      .fail('f[1]');
    rig.ask({ type: 'mark', node: 'f[1]', as: 'succeeded' });
    expect(rig.states()).toEqual({ f: 'succeeded', g: 'queued' });
  });

  it('chooses the case of a switch', () => {
    const choose = { uses: 'switch', with: { cases: [{ name: 'x', if: '${{ 1 == 2 }}' }], default: 'y' } };
    const rig = rigOf(aTask('s', [], { action: choose }), aTask('one', [{ task: 's', case: ['x'] }]));
    expect(rig.state('one')).toBe('skipped');
    rig.ask({ type: 'mark', node: 's', as: 'succeeded', outputs: { case: 'x' } });
    expect(rig.state('one')).toBe('queued');
  });

  it('takes only outputs that fit the declaration', () => {
    const rig = rigOf(aTask('a', [], { outputs: { rows: { type: 'integer' } } }));
    const answer = rig.ask({ type: 'mark', node: 'a', as: 'succeeded', outputs: { rows: 'many' } });
    expect(answer).toMatchObject({ ok: false, code: 'invalid_payload' });
    expect(rig.state('a')).toBe('queued');
  });

  it('ends a handler that hangs', () => {
    const rig = rigOf('a', aTask('h', [], { phase: 'on_finish' })).succeed('a');
    rig.claim('h');
    expect(rig.ask({ type: 'mark', node: 'h', as: 'failed' })).toMatchObject({ ok: true });
    expect(rig.header.status).toBe('succeeded');
  });

  it('is refused where it changes nothing', () => {
    const rig = rigOf('a').succeed('a');
    expect(rig.ask({ type: 'mark', node: 'a', as: 'succeeded' })).toMatchObject({ ok: false });
  });
});
