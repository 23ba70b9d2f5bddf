import { describe, expect, it } from 'vitest';
import { evaluate, parseExpression } from '../../../engine/core/expression/index.ts';
import type { Json } from '../../../engine/core/json.ts';
import type { NodeState } from '../../../engine/core/node-state.ts';
import { prepareTicket, preparing } from '../../../engine/core/prepare.ts';
import type { RunState } from '../../../engine/core/run-state.ts';
import { runScope } from '../../../engine/core/scope.ts';
import {
  aFanOut,
  aPlan,
  aRun,
  aTask,
  type RunDraft,
  START_MS,
  type TaskDraft,
} from '../../support/run-builder.ts';

function value(source: string, run: RunState): Json | { error: string } {
  const reply = preparing(() => evaluate(parseExpression(source), runScope(run, START_MS)));
  return 'value' in reply ? reply.value : { error: reply.error.code };
}

describe('what expressions see of tasks', () => {
  const run = (state: NodeState, draft: RunDraft = {}) => aRun({ a: state }, draft);
  const error = { code: 'exit_code', message: 'no', exit_code: 3 } as const;

  it('are outputs and artifacts of those that succeeded', () => {
    const artifact = { artifact: 'k', run: 'r', name: 'csv', bytes: 1, sha256: 'x' };
    const done = run('succeeded', {
      left: { a: { o: { n: 1, deep: { x: [1, 2] } }, a: { csv: artifact } } },
    });
    expect(value('tasks.a.outputs.deep.x[1]', done)).toBe(2);
    expect(value('tasks.a.artifacts.csv', done)).toEqual(artifact);
    expect(value('tasks.a.duration', done)).toBe(2);
    expect(value('tasks.a.attempts', done)).toBe(1);
  });

  it('is an error where the value is absent, except as first argument of default()', () => {
    const done = run('succeeded', { left: { a: { o: { n: 1 } } } });
    expect(value('tasks.a.outputs.gone', done)).toEqual({ error: 'unresolved_reference' });
    expect(value("default(tasks.a.outputs.gone, 'x')", done)).toBe('x');
  });

  it.each<NodeState>(['failed', 'skipped', 'upstream_failed', 'cancelled', 'pending', 'running'])(
    'are no outputs of one that is %s',
    (state) => {
      const other = run(state, { left: { a: { o: { n: 1 } } } });
      expect(value('tasks.a.outputs.n', other)).toEqual({ error: 'unresolved_reference' });
      expect(value('default(tasks.a.outputs.n, 7)', other)).toBe(7);
      expect(value('tasks.a.status', other)).toBe(state);
    },
  );

  it('is the error of one that failed, null where there is none', () => {
    const failed = run('failed', { left: { a: { e: error } } });
    expect(value('tasks.a.error.exit_code', failed)).toBe(3);
    expect(value('tasks.a.error.status', failed)).toBe(null);
    expect(value('tasks.a.error', run('succeeded', { left: { a: { e: error } } }))).toBe(null);
  });

  it('are own members only, whatever their names', () => {
    const states = Object.fromEntries<NodeState>([
      ['constructor', 'succeeded'],
      ['toString', 'pending'],
    ]);
    const named = aRun(states, { left: { constructor: { o: { x: 1 } } } });
    expect(value('tasks.constructor.outputs.x', named)).toBe(1);
    expect(value('tasks.constructor.outputs.toString', named)).toEqual({ error: 'unresolved_reference' });
    expect(value('tasks.hasOwnProperty', named)).toEqual({ error: 'unresolved_reference' });
    expect(value('inputs.constructor', named)).toEqual({ error: 'unresolved_reference' });
  });
});

describe('outputs of a fan-out', () => {
  const plan = (change: Partial<TaskDraft> = {}) => aPlan([aFanOut('f', 3, change)]);
  const nodes = [
    { state: 'succeeded', left: { o: { x: 'one' } } },
    { state: 'failed', left: { e: { code: 'failed', message: '' } } },
    { state: 'succeeded', left: { o: { x: 'three', y: 3 } } },
  ] as const;

  it('are lists in item order, null where a node had none', () => {
    const run = aRun({ f: 'succeeded' }, { plan: plan(), fans: { f: nodes } });
    expect(value('tasks.f.outputs.x', run)).toEqual(['one', null, 'three']);
    expect(value('tasks.f.outputs.y', run)).toEqual([null, null, 3]);
    expect(value('tasks.f.outputs', run)).toEqual({ x: ['one', null, 'three'], y: [null, null, 3] });
    expect(value('tasks.f.outputs.z', run)).toEqual({ error: 'unresolved_reference' });
  });

  it('are empty lists without items', () => {
    const run = aRun({ f: 'succeeded' }, { plan: plan(), fans: { f: [] } });
    expect(value('tasks.f.outputs.anything', run)).toEqual([]);
  });

  it('that are declared are lists of nulls when no node had any', () => {
    const declared = plan({ outputs: { x: { type: 'string' } } });
    const run = aRun({ f: 'succeeded' }, { plan: declared, fans: { f: [nodes[1], nodes[1]] } });
    expect(value('tasks.f.outputs.x', run)).toEqual([null, null]);
  });
});

describe('a ticket', () => {
  const ticket = (change: Partial<TaskDraft>, draft: Omit<RunDraft, 'plan'> = {}) => {
    const run = aRun({ up: 'succeeded' }, { plan: aPlan(['up', aTask('a', ['up'], change)]), ...draft });
    const record = run.nodes[1];
    if (record) Object.assign(record, { state: 'queued', attempt: 1, queuedAt: START_MS + 5_000 });
    const reply = prepareTicket(run, { shard: 2, node: 1, delivery: 0 });
    return 'value' in reply ? reply.value : reply.error;
  };
  const work = (options: { [name: string]: Json }) => ({ action: { uses: 'work', with: options } });

  it('has all that a worker needs, resolved, and nothing that is not there', () => {
    expect(
      ticket(
        { ...work({ x: '${{ tasks.up.outputs.n }}' }), timeoutMs: 5 },
        { left: { up: { o: { n: 4 } } } },
      ),
    ).toEqual({
      v: 1,
      shard: 2,
      run: expect.any(String),
      node: 1,
      generation: 1,
      attempt: 1,
      workflow: 'built',
      namespace: 'default',
      task: 'a',
      queue: 'default',
      priority: expect.any(Number),
      uses: 'work',
      with: { x: 4 },
      env: {},
      timeout_ms: 5,
      logical_time: '2026-01-01T00:00:00.000Z',
      delivery: 0,
    });
  });

  it('is the same whenever it is made: now() is the time at which the node became ready', () => {
    const now = { ...work({ at: '${{ now() }}' }), env: { AT: '${{ now() }}' } };
    expect(ticket(now)).toMatchObject({ with: { at: expect.stringContaining('2026-01-01T00:00:05') } });
    expect(ticket(now)).toEqual(ticket(now));
  });

  it('turns the environment into text', () => {
    const env = { N: '${{ 1 }}', L: '${{ fromJSON(\'[1,{"a":2}]\') }}', B: true, T: 'x${{ 2 }}' };
    expect(ticket({ env })).toMatchObject({ env: { N: '1', L: '[1,{"a":2}]', B: 'true', T: 'x2' } });
  });

  it('lets options read the environment, whatever its names', () => {
    const env = JSON.parse('{"__proto__": "p", "constructor": "c"}');
    const made = ticket({ env, ...work({ a: '${{ env.__proto__ }}${{ env.constructor }}' }) });
    expect(made).toMatchObject({ with: { a: 'pc' } });
    expect(JSON.stringify((made as { env: Json }).env)).toBe('{"__proto__":"p","constructor":"c"}');
  });

  it('refuses an environment of more than 64 KiB, counted in bytes, and names `files`', () => {
    const refused = { code: 'invalid_options', message: expect.stringMatching(/^env: B .*`files`/) };
    expect(ticket({ env: { A: 'x', B: 'y'.repeat(65_536) } })).toMatchObject(refused);
    expect(ticket({ env: { A: 'x', B: 'ä'.repeat(40_000) } })).toMatchObject(refused);
    expect(ticket({ env: { A: 'x', B: 'y'.repeat(65_535) } })).toHaveProperty('env');
  });

  it('takes only artifacts for files', () => {
    const good = { artifact: 'k', run: '01J8ZQ4T9W0000000000000000', name: 'csv', bytes: 1 };
    const artifact = { ...good, sha256: 'a'.repeat(64) };
    const files = { 'in/a.csv': '${{ tasks.up.artifacts.csv }}' };
    expect(ticket({ files }, { left: { up: { a: { csv: artifact } } } })).toMatchObject({
      files: { 'in/a.csv': artifact },
    });
    const wrong = [
      { run: '../x' },
      { artifact: '' },
      { bytes: '1' },
      { bytes: -1 },
      { sha256: 'x' },
      { name: null },
    ];
    for (const change of wrong) {
      const left = { up: { a: { csv: { ...artifact, ...change } } } };
      expect(ticket({ files }, { left }), JSON.stringify(change)).toMatchObject({ code: 'expression_error' });
    }
    expect(ticket({ files: { x: 'text' } })).toMatchObject({
      code: 'expression_error',
      message: expect.stringContaining('x'),
    });
  });

  it('is none when a value is missing', () => {
    expect(ticket(work({ x: ['${{ tasks.up.outputs.gone }}'] }))).toMatchObject({
      code: 'unresolved_reference',
      message: expect.stringContaining('tasks.up.outputs.gone'),
    });
  });
});
