/** What a run would do: nodes, levels, what is skipped, what cannot be known, and how long it takes. */
import { describe, expect, it } from 'vitest';
import { forecastRun, type Learned } from '../../../../engine/core/forecast/index.ts';
import type { Plan } from '../../../../engine/core/plan.ts';
import { aFanOut, aPlan, aSwitch, aTask, START_MS } from '../../../support/run-builder.ts';

const forecast = (plan: Plan, inputs = {}, learned?: Learned) =>
  forecastRun({ plan, inputs, now: START_MS, ...(learned ? { learned } : {}) });
const expectedOf = (plan: Plan, inputs = {}) =>
  Object.fromEntries(forecast(plan, inputs).tasks.map(({ task, expected }) => [task, expected]));

describe('nodes', () => {
  it('are counted where items follow from the inputs, and unknown where they follow from outputs', () => {
    const plan = aPlan([
      aFanOut('fixed', 3),
      aFanOut('given', '${{ inputs.list }}', { maxParallel: 2 }),
      aFanOut('computed', '${{ tasks.fixed.outputs.x }}', { needs: ['fixed'] }),
    ]);
    const found = forecast(plan, { list: [1, 2, 3, 4] });
    expect(found.tasks.map(({ task, nodes, level }) => [task, nodes, level])).toEqual([
      ['fixed', 3, 1],
      ['given', 4, 1],
      ['computed', null, 2],
    ]);
    expect(found).toMatchObject({ nodes: 7, is_exact: false, levels: 2, widest: { level: 1, nodes: 5 } });
  });

  it('at once are bounded by max_parallel of the run', () => {
    expect(forecast(aPlan([aFanOut('f', 40)], { maxParallel: 8 })).widest).toEqual({ level: 1, nodes: 8 });
  });
});

describe('what is expected', () => {
  it('leaves out what runs only after a failure, and what its `if` excludes', () => {
    const plan = aPlan([
      aTask('a', [], { if: 'inputs.go' }),
      aTask('b', ['a']),
      aTask('c'),
      aTask('alarm', [{ task: 'c', when: ['failure'] }]),
      aTask('end', ['b', 'c'], { triggerRule: 'all_done' }),
    ]);
    expect(expectedOf(plan, { go: false })).toEqual({
      a: 'skipped',
      b: 'skipped',
      c: 'runs',
      alarm: 'skipped',
      end: 'runs',
    });
    expect(expectedOf(plan, { go: true })).toMatchObject({ a: 'runs', b: 'runs' });
  });

  it('takes the branch of a switch over inputs, and may take any of one over outputs', () => {
    const branches = [aTask('x', [{ task: 's', case: ['x'] }]), aTask('y', [{ task: 's', case: ['y'] }])];
    const join = aTask('join', ['x', 'y'], { triggerRule: 'none_failed_min_one_success' });
    expect(expectedOf(aPlan([aSwitch('s', ['x', 'y']), ...branches, join]), { choice: 'y' })).toEqual({
      s: 'runs',
      x: 'skipped',
      y: 'runs',
      join: 'runs',
    });
    const cases = [
      { name: 'x', if: '${{ tasks.a.outputs.n }}' },
      { name: 'y', if: true },
    ];
    const open = aPlan([
      aTask('a'),
      aTask('s', ['a'], { action: { uses: 'switch', with: { cases } } }),
      ...branches,
    ]);
    expect(expectedOf(open)).toEqual({ a: 'runs', s: 'runs', x: 'maybe', y: 'maybe' });
  });

  it('does not know a condition over outputs, nor what depends on it', () => {
    const plan = aPlan([
      'a',
      aTask('b', ['a'], { if: 'tasks.a.outputs.n > 1' }),
      aTask('c', ['b']),
      aTask('d', ['b'], { triggerRule: 'all_done' }),
    ]);
    const found = forecast(plan);
    expect(found.tasks.map(({ expected, because }) => [expected, because])).toEqual([
      ['runs', null],
      ['maybe', 'if: tasks.a.outputs.n > 1'],
      ['maybe', 'depends on how b ends'],
      ['runs', null],
    ]);
  });
});

describe('time', () => {
  const learned: Learned = {
    runs: 4,
    tasks: new Map([
      ['a', { nodeMs: 1_000, nodes: 1 }],
      ['f', { nodeMs: 500, nodes: 6 }],
      ['z', { nodeMs: 100, nodes: 1 }],
    ]),
  };

  it('is the longest way through the graph; a bounded fan-out takes rounds', () => {
    const plan = aPlan(['a', aFanOut('f', '${{ inputs.list }}', { maxParallel: 2 }), aTask('z', ['a', 'f'])]);
    const found = forecast(plan, { list: [1, 2, 3, 4, 5] }, learned);
    expect(found).toMatchObject({ critical_path: ['f', 'z'], estimate_ms: 1_600, learned_from: 4 });
  });

  it('takes the former number of nodes where it is unknown', () => {
    const plan = aPlan(['a', aFanOut('f', '${{ tasks.a.outputs.x }}', { needs: ['a'], maxParallel: 2 })]);
    expect(forecast(plan, {}, learned).tasks[1]).toMatchObject({ nodes: null, estimate_ms: 1_500 });
  });

  it('is unknown without history; the path is then the one with the most steps', () => {
    const found = forecast(aPlan(['a', 'b', aTask('c', ['b']), aTask('d', ['c', 'a'])]));
    expect(found).toMatchObject({ estimate_ms: null, critical_path: ['b', 'c', 'd'], learned_from: 0 });
  });
});
