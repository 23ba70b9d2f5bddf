import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isEnded } from '../../../../engine/core/node-state.ts';
import {
  DEFINITIONS,
  INPUTS,
  type RerunCase,
  rerunTable,
  rowOf,
  SCOPES,
  VERBS,
  whyRefused,
} from '../../../../engine/core/rerun/matrix.ts';
import { planRerun } from '../../../../engine/core/rerun/rerun-plan.ts';
import { planRetry } from '../../../../engine/core/rerun/reset-plan.ts';
import type { RunState } from '../../../../engine/core/run-state.ts';
import { aFanOut, aPlan, aRun, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const useInput = { env: { R: '${{ inputs.rate }}' } };
const plan = aPlan(['a', aTask('b', ['a']), aTask('c', ['b'], useInput), 'x'], {
  inputs: { rate: { type: 'number' } },
});
const newer = aPlan(['a', aTask('b', ['a'], { timeoutMs: 5 }), aTask('c', ['b'], useInput), 'x'], {
  inputs: { rate: { type: 'number' } },
});

function ended(states: Parameters<typeof aRun>[0], status: 'failed' | 'succeeded' = 'failed'): RunState {
  const run = aRun(states, { plan, inputs: { rate: 1 } });
  run.header.status = status;
  return run;
}

const failed = () => ended({ a: 'succeeded', b: 'succeeded', c: 'failed', x: 'succeeded' });
const good = () => ended({ a: 'succeeded', b: 'succeeded', c: 'succeeded', x: 'succeeded' }, 'succeeded');

describe('the matrix', () => {
  it('is what docs/runs.md prints', () => {
    const page = readFileSync(new URL('../../../../docs/runs.md', import.meta.url), 'utf8');
    const [, printed] = /<!-- matrix -->\n([\s\S]*?)\n<!-- \/matrix -->/.exec(page) ?? [];
    expect(printed).toBe(rerunTable());
  });

  for (const verb of VERBS)
    for (const scope of SCOPES)
      for (const definition of DEFINITIONS)
        for (const inputs of INPUTS) {
          const asked: RerunCase = { verb, scope, definition, inputs };
          it(`answers ${verb} of ${scope}, ${definition} definition, ${inputs} inputs`, () => {
            expect(rowOf(asked)).toBeDefined();
            const run = scope === 'failed' ? failed() : good();
            const request = { scope, nodes: ['c'] };
            const why = whyRefused(asked);
            if (verb === 'retry') {
              // A retry has neither another definition nor other inputs: there is no way to ask for it.
              if (why === undefined) expect(planRetry(run, request)).toHaveProperty('work');
              else expect(definition === 'newest' || inputs === 'changed').toBe(true);
              return;
            }
            const planned = planRerun(run, {
              ...request,
              plan: definition === 'newest' ? newer : plan,
              inputs: { rate: inputs === 'changed' ? 2 : 1 },
            });
            if (why !== undefined) return expect(planned).toEqual({ refused: why });
            expect(planned).toHaveProperty('reuse');
          });
        }
});

describe('a rerun', () => {
  const reuseOf = (planned: ReturnType<typeof planRerun>) =>
    'reuse' in planned ? planned.reuse : planned.refused;
  const same = { plan, inputs: { rate: 1 } };

  it('takes over what succeeded and follows from nothing that runs again', () => {
    expect(reuseOf(planRerun(failed(), { scope: 'failed', ...same }))).toEqual(['a', 'b', 'x']);
    expect(reuseOf(planRerun(good(), { scope: 'from', nodes: ['b'], ...same }))).toEqual(['a', 'x']);
    expect(reuseOf(planRerun(good(), { scope: 'node', nodes: ['b'], ...same }))).toEqual(['a', 'c', 'x']);
    expect(reuseOf(planRerun(good(), { scope: 'all', ...same }))).toEqual([]);
  });

  it('runs what a changed definition or input reaches', () => {
    const changed = planRerun(failed(), { scope: 'failed', plan: newer, inputs: { rate: 1 } });
    expect(changed).toMatchObject({
      reuse: ['a', 'x'],
      reset: [{ node: 'b', why: 'its definition changed' }, {}],
    });
    const other = planRerun(good(), { scope: 'from', nodes: ['x'], plan, inputs: { rate: 2 } });
    expect(other).toMatchObject({
      reuse: ['a', 'b'],
      reset: [{ node: 'c', why: 'uses the input rate, which changed' }, {}],
    });
  });

  it('takes nothing over from a run that goes on', () => {
    const run = aRun(
      { a: 'running', b: 'pending', c: 'pending', x: 'succeeded' },
      { plan, inputs: { rate: 1 } },
    );
    expect(planRerun(run, { scope: 'from', nodes: ['x'], ...same })).toHaveProperty('refused');
  });
});

describe('a rerun of tasks with sub-workflows', () => {
  const linkTo = (hash?: string) => ({
    child: { namespace: 'default', workflow: 'sub', inputs: {}, detached: false, ...(hash ? { hash } : {}) },
  });
  const leaf = aPlan(['x'], { name: 'leaf' });
  const newLeaf = aPlan(['x', 'y'], { name: 'leaf' });
  const middle = aPlan([aTask('m', [], linkTo())], { name: 'middle' });
  const parent = aPlan([aTask('s', [], linkTo(middle.hash)), 'a'], { name: 'parent' });

  it('does again what starts another version, however far below', () => {
    const pins = { 'default/sub': leaf.hash };
    const run = aRun({ s: 'succeeded', a: 'failed' }, { plan: parent, inputs: {} });
    run.header.status = 'failed';
    const former = { ...run, header: { ...run.header, pins }, linked: [middle, leaf] };
    const asked = { scope: 'failed', plan: parent, inputs: {}, pins, linked: [leaf, middle] } as const;
    expect(planRerun(former, asked)).toMatchObject({ reuse: ['s'] });
    const newest = { ...asked, pins: { 'default/sub': newLeaf.hash }, linked: [newLeaf, middle] };
    expect(planRerun(former, newest)).toMatchObject({
      reuse: [],
      reset: [{ node: 's', why: 'its sub-workflow sub changed' }, { node: 'a' }],
    });
  });
});

describe('tasks that are taken over', () => {
  it('end as they had, with their outputs, also large fan-outs, and only the rest is worked on', () => {
    const tasks = [
      'a',
      aFanOut('f', 2_200, { needs: ['a'] }),
      aTask('g', ['f'], { env: { N: '${{ length(tasks.f.outputs.n) }}' } }),
    ];
    const big = aPlan(tasks);
    const former = new ShardRig(big).start().succeed('a', { v: 1 });
    for (let i = 0; i < 2_200; i += 550)
      former.deliver(
        ...Array.from({ length: 550 }, (_, n) =>
          former.outcome(`f[${i + n}]`, { status: 'succeeded', outputs: { n } }),
        ),
      );
    former.fail('g');
    const rig = new ShardRig(big, {
      reuse: { run: former.runId, tasks: ['a', 'f'], attempt: 1 },
      former: former.restore(),
    }).start();
    expect(rig.states()).toEqual({ a: 'succeeded', f: 'succeeded', g: 'queued' });
    expect(rig.left('a').o).toEqual({ v: 1 });
    expect(rig.tickets.map(({ task, env }) => [task, env['N']])).toEqual([['g', '2200']]);
    expect(rig.history('a')).toEqual(['node.reused']);
    expect(rig.run.nodes.filter(({ state }) => isEnded(state))).toHaveLength(2_202);
  });

  it('run all the same when the former run is gone', () => {
    const rig = new ShardRig(aPlan(['a']), { reuse: { run: 'gone', tasks: ['a'], attempt: 1 } }).start();
    expect(rig.state('a')).toBe('queued');
  });
});
