/** Workflows written in TypeScript are the workflows that files hold. */
import { describe, expect, it } from 'vitest';
import { compileWorkflows } from '../../dsl/index.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import { builtinExecutors } from '../../executors/index.ts';
import { expr, type Workflow, workflow } from '../../sdk/index.ts';

function planOf(text: string) {
  const { plans, diagnostics } = compileWorkflows(
    { path: 'w.yaml', text },
    { executors: builtinExecutors() },
  );
  expect(diagnostics).toEqual([]);
  return plans[0];
}

const WEATHER = `
# A comment, which changes no version.
name: weather
inputs:
  year: { type: integer, default: 2014, minimum: 2012, maximum: 2015 }
  city: { type: enum, enum: [Seattle, Boston] }
defaults: { retry: 2, timeout: 2m }
tasks:
  download:
    run: [node, download.mjs, --year, "\${{ inputs.year }}"]
    artifacts: { csv: weather.csv }
    outputs: { rows: integer }

  split:
    uses: module
    with: { file: ./split.ts }
    files: { weather.csv: "\${{ tasks.download.artifacts.csv }}" }
    outputs: { months: { type: array, items: integer } }
  summarize:
    foreach: \${{ tasks.split.outputs.months }}
    max_parallel: 4
    run: ./summarize.sh "$MONTH"
    env: { MONTH: "\${{ item }}" }
  alarm:
    needs: [{ task: summarize, when: failure }, download]
    if: tasks.download.outputs.rows > 0
    run: [echo, "no summary for \${{ inputs.city }} \${{ inputs.year }}"]
outputs:
  months: \${{ tasks.split.outputs.months }}
  title: Weather of \${{ inputs.year }}
`;

const weather = workflow(
  'weather',
  {
    inputs: {
      year: { type: 'integer', default: 2014, minimum: 2012, maximum: 2015 },
      city: { type: 'enum', enum: ['Seattle', 'Boston'] },
    },
    defaults: { retry: 2, timeout: '2m' },
  },
  (w) => {
    const download = w.task('download', {
      run: ['node', 'download.mjs', '--year', w.inputs.year],
      artifacts: { csv: 'weather.csv' },
      outputs: { rows: 'integer' },
    });
    const split = w.task('split', {
      uses: 'module',
      with: { file: './split.ts' },
      files: { 'weather.csv': download.artifacts['csv'] },
      outputs: { months: { type: 'array', items: 'integer' } },
    });
    const summarize = w.task('summarize', {
      foreach: split.outputs.months,
      max_parallel: 4,
      run: './summarize.sh "$MONTH"',
      env: { MONTH: w.item },
    });
    w.task('alarm', {
      needs: [{ task: summarize, when: 'failure' }, download],
      if: expr`${download.outputs.rows} > ${0}`,
      run: ['echo', `no summary for ${w.inputs.city} ${w.inputs.year}`],
    });
    return { months: split.outputs.months, title: `Weather of ${w.inputs.year}` };
  },
);

describe('a workflow in TypeScript', () => {
  it('is the same version as the equal file, wherever its lines stand', () => {
    const plan = planOf(WEATHER);
    expect({ ...weather.plan, tasks: 0 }).toEqual({ ...plan, tasks: 0 });
    expect(weather.plan.hash).toBe(plan?.hash);
    expect(planOf(weather.toYaml())?.hash).toBe(plan?.hash);
  });

  it('knows the types of what it takes and gives', () => {
    const typed: Workflow<
      { readonly year?: number | null; readonly city?: 'Seattle' | 'Boston' | null },
      { readonly months: readonly number[]; readonly title: string }
    > = weather;
    expect(typed.plan.name).toBe('weather');
    // @ts-expect-error months is a list
    const wrong: Workflow<object, { readonly months: string }> = weather;
    expect(wrong).toBe(weather);
  });

  it('is refused with all its mistakes, each at its place in the YAML that it stands for', () => {
    const make = () =>
      workflow('broken', {}, (w) => {
        const a = w.task('a', { run: 'true', timeout: '5 parsecs' });
        w.task('b', { uses: 'function', with: { nam: 'x' }, needs: [a, 'c'] });
      });
    let thrown: unknown;
    try {
      make();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SluiceError);
    const { code, message, details } = thrown as SluiceError;
    expect(code).toBe('invalid_workflow');
    expect(message).toContain('The workflow broken has 3 mistakes');
    expect(message).toMatch(/timeout: 5 parsecs\n/);
    expect((details as { code: string }[]).map((one) => one.code).sort()).toEqual([
      'bad_duration',
      'unknown_key',
      'unknown_task',
    ]);
  });

  it('has each task once', () => {
    expect(() =>
      workflow('twice', {}, (w) => {
        w.task('a', { uses: 'noop' });
        w.task('a', { uses: 'noop' });
      }),
    ).toThrow('has two tasks "a"');
  });

  it('may have tasks whose names mean something to JavaScript', () => {
    const plan = workflow('odd', {}, (w) => {
      const a = w.task('__proto__', { uses: 'noop' });
      w.task('constructor', { uses: 'noop', needs: a });
    }).plan;
    expect(plan.tasks.map(({ id, edges }) => [id, edges])).toEqual([
      ['__proto__', []],
      ['constructor', [{ from: 0 }]],
    ]);
  });
});

describe('expr', () => {
  it('writes values as literals, so that no text becomes code', () => {
    const text = String(expr`${"it's ${{ x }}"} == ${null} && ${1} < ${true}`);
    expect(text).toBe("${{ 'it''s ${{ x }}' == null && 1 < true }}");
    expect(() => expr`${{ a: 1 }}`).toThrow('but not object');
  });
});
