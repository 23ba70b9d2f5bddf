import { describe, expect, it } from 'vitest';
import { aPlan, aSwitch, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks)).start();

describe('order', () => {
  it('starts what needs nothing, and each next task when what it needs has succeeded', () => {
    const rig = rigOf('a', aTask('b', ['a']), aTask('c', ['b']));
    expect(rig.states()).toEqual({ a: 'queued', b: 'pending', c: 'pending' });
    expect(rig.succeed('a').states()).toEqual({ a: 'succeeded', b: 'queued', c: 'pending' });
    expect(rig.succeed('b').succeed('c').states()).toEqual({
      a: 'succeeded',
      b: 'succeeded',
      c: 'succeeded',
    });
    expect(rig.header.status).toBe('succeeded');
    expect(rig.history('c')).toEqual(['node.queued', 'node.started', 'node.succeeded']);
  });

  it('lets a join wait for both sides of a diamond', () => {
    const rig = rigOf('a', aTask('b', ['a']), aTask('c', ['a']), aTask('d', ['b', 'c'])).succeed('a');
    expect(rig.succeed('c').states()).toMatchObject({ b: 'queued', d: 'pending' });
    expect(rig.succeed('b').state('d')).toBe('queued');
  });

  it('sends tasks of equal rank in the order in which they are written', () => {
    const rig = rigOf('a', 'b', 'c', 'd');
    expect(rig.tickets.map(({ task }) => task)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('starts a run again only once, however often the message comes', () => {
    const rig = rigOf('a');
    rig.start();
    expect(rig.tickets).toHaveLength(1);
    expect(rig.events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
  });

  it('ends a run without tasks at once', () => {
    expect(rigOf().header.status).toBe('succeeded');
  });

  it('waits for a data edge but does not count it under other rules', () => {
    const rig = rigOf('a', 'b', aTask('c', ['a', { task: 'b', data: true }], { triggerRule: 'all_done' }));
    expect(rig.succeed('a').state('c')).toBe('pending');
    expect(rig.fail('b').state('c')).toBe('queued');
  });
});

describe('failure and skipping', () => {
  it('passes a failure on as upstream_failed, and fails the run', () => {
    const rig = rigOf('a', aTask('b', ['a']), aTask('c', ['b'])).fail('a', { message: 'no disk' });
    expect(rig.states()).toEqual({ a: 'failed', b: 'upstream_failed', c: 'upstream_failed' });
    expect(rig.header).toMatchObject({
      status: 'failed',
      error: { code: 'exit_code', message: 'no disk', task: 'a' },
    });
  });

  it('gives up on a join as soon as one side has failed', () => {
    const rig = rigOf('a', 'b', aTask('c', ['a', 'b'])).fail('a');
    expect(rig.states()).toEqual({ a: 'failed', b: 'queued', c: 'upstream_failed' });
    expect(rig.header.status).toBe('running');
  });

  it('passes a skip on', () => {
    const rig = rigOf(aTask('a', [], { if: 'false' }), aTask('b', ['a']), aTask('c', ['b']));
    expect(rig.states()).toEqual({ a: 'skipped', b: 'skipped', c: 'skipped' });
    expect(rig.header.status).toBe('succeeded');
  });

  it('stays failed although a later task ran because of the failure', () => {
    const rig = rigOf('a', aTask('alarm', ['a'], { triggerRule: 'one_failed' }))
      .fail('a')
      .succeed('alarm');
    expect(rig.states()).toEqual({ a: 'failed', alarm: 'succeeded' });
    expect(rig.header.status).toBe('failed');
  });

  it('counts an allowed failure as success, downstream and for the run', () => {
    const rig = rigOf(aTask('a', [], { allowFailure: true }), aTask('b', ['a']))
      .fail('a')
      .succeed('b');
    expect(rig.states()).toEqual({ a: 'failed', b: 'succeeded' });
    expect(rig.header.status).toBe('succeeded');
    expect(rig.header.error).toBeUndefined();
  });

  it('drops an optional edge that is no success', () => {
    const rig = rigOf('a', 'b', aTask('c', ['a', { task: 'b', optional: true }]));
    rig.fail('b').succeed('a');
    expect(rig.state('c')).toBe('queued');
  });

  it('follows `when`', () => {
    const rig = rigOf('a', aTask('good', ['a']), aTask('bad', [{ task: 'a', when: ['failure', 'skipped'] }]));
    expect(rig.fail('a').states()).toMatchObject({ good: 'upstream_failed', bad: 'queued' });
    const fine = rigOf('a', aTask('bad', [{ task: 'a', when: ['failure'] }])).succeed('a');
    expect(fine.state('bad')).toBe('skipped');
  });
});

describe('if', () => {
  it('is asked only once the rule says run', () => {
    const rig = rigOf('a', aTask('b', ['a'], { if: 'tasks.a.outputs.go' }));
    expect(rig.succeed('a', { go: true }).state('b')).toBe('queued');
    const failed = rigOf('a', aTask('b', ['a'], { if: 'tasks.a.outputs.go' })).fail('a');
    expect(failed.state('b')).toBe('upstream_failed');
    expect(failed.left('b')).toEqual({});
  });

  it.each([
    ["fromJSON('{')", 'expression_error'],
    ['inputs.absent', 'unresolved_reference'],
  ])('fails the node when %s cannot be evaluated', (source, code) => {
    const rig = rigOf(aTask('a', [], { if: source }));
    expect(rig.state('a')).toBe('failed');
    expect(rig.left('a').e?.code).toBe(code);
    expect(rig.header).toMatchObject({ status: 'failed', error: { code, task: 'a' } });
  });
});

describe('switch', () => {
  const run = (choice: string, fallback?: string) => {
    const plan = aPlan([
      aSwitch('route', ['one', 'two'], fallback),
      aTask('x', [{ task: 'route', case: ['one'] }]),
      aTask('y', [{ task: 'route', case: ['two', 'other'] }]),
      aTask('z', ['route']),
    ]);
    return new ShardRig(plan, { inputs: { choice } }).start();
  };

  it('follows the chosen case only', () => {
    expect(run('one').states()).toEqual({ route: 'succeeded', x: 'queued', y: 'skipped', z: 'queued' });
    expect(run('two').states()).toMatchObject({ x: 'skipped', y: 'queued' });
  });

  it('takes the default when no case is true', () => {
    const rig = run('nothing', 'other');
    expect(rig.states()).toMatchObject({ x: 'skipped', y: 'queued' });
    expect(rig.left('route').o).toEqual({ case: 'other' });
  });

  it('succeeds with null when no case is true and there is no default', () => {
    const rig = run('nothing');
    expect(rig.states()).toEqual({ route: 'succeeded', x: 'skipped', y: 'skipped', z: 'queued' });
    expect(rig.left('route').o).toEqual({ case: null });
  });

  it('takes the first true case', () => {
    const cases = [
      { name: 'one', if: true },
      { name: 'two', if: true },
    ];
    const both = aTask('route', [], { action: { uses: 'switch', with: { cases } } });
    const rig = rigOf(
      both,
      aTask('x', [{ task: 'route', case: ['one'] }]),
      aTask('y', [{ task: 'route', case: ['two'] }]),
    );
    expect(rig.states()).toMatchObject({ x: 'queued', y: 'skipped' });
  });

  it('counts as a failure for its cases when it fails', () => {
    const rig = rigOf(
      aTask('route', [], { action: { uses: 'switch', with: { cases: '${{ inputs.gone }}' } } }),
      aTask('x', [{ task: 'route', case: ['one'] }]),
    );
    expect(rig.states()).toEqual({ route: 'failed', x: 'upstream_failed' });
  });
});
