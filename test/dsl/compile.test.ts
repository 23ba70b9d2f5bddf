import { describe, expect, it } from 'vitest';
import { sealPlan } from '../../engine/core/plan.ts';
import { compileText, places, planOf, taskOf } from './diagnose.ts';

const oneTask = (lines: string) => taskOf(`tasks:\n  t:\n${lines.replace(/^/gm, '    ')}\n`, 't');

describe('the workflow', () => {
  it('takes its name from the file, its namespace and priority from the defaults', () => {
    expect(planOf('tasks: { a: { run: x } }')).toMatchObject({
      name: 'flow',
      namespace: 'default',
      priority: 5,
      format: 1,
    });
  });

  it('keeps what is written', () => {
    const plan = planOf(`name: w
namespace: team
description: What it does
labels: { tier: gold, cost: 3, live: true }
inputs: { year: { type: integer, default: 2014 }, city: string }
priority: 7
max_parallel: 10
timeout: 1h30m
outputs: { y: "\${{ inputs.year }}" }
tasks: { a: { run: x } }
`);
    expect(plan).toMatchObject({
      name: 'w',
      namespace: 'team',
      description: 'What it does',
      labels: { tier: 'gold', cost: '3', live: 'true' },
      inputs: { year: { type: 'integer', default: 2014 }, city: { type: 'string' } },
      priority: 7,
      maxParallel: 10,
      timeoutMs: 5_400_000,
      outputs: { y: '${{ inputs.year }}' },
    });
    expect(plan.tasks[0]?.priority).toBe(7);
  });

  it('has a version that depends on its content alone, not on the folder of the file or on key order', () => {
    const text = 'name: w\ntasks: { a: { run: x, env: { A: 1, B: 2 } } }\n';
    const { hash, ...rest } = planOf(text);
    expect(sealPlan(rest).hash).toBe(hash);
    expect(planOf(text.replace('A: 1, B: 2', 'B: 2, A: 1')).hash).toBe(hash);
    expect(planOf(text.replace('A: 1', 'A: 3')).hash).not.toBe(hash);
  });

  it('may be one of several in a file', () => {
    const { plans } = compileText(
      'name: a\ntasks: { t: { run: x } }\n---\nname: b\ntasks: { t: { run: y } }\n...\n',
    );
    expect(plans.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('reads YAML 1.2: `on`, `yes` and `no` are text, `010` is a number', () => {
    const { env } = oneTask('run: x\nenv: { A: on, B: yes, C: no, D: 0o10, E: 1e3, F: 12:30 }');
    expect(env).toEqual({ A: 'on', B: 'yes', C: 'no', D: 8, E: 1000, F: '12:30' });
  });
});

describe('actions', () => {
  it('run is short for the shell executor', () => {
    expect(oneTask('run: echo hi').action).toEqual({ uses: 'shell', with: { script: 'echo hi' } });
    expect(oneTask('run: [node, a.mjs, 3, true]').action).toEqual({
      uses: 'shell',
      with: { argv: ['node', 'a.mjs', '3', 'true'] },
    });
  });

  it('conditions of the engine become templates, whether they had braces or not', () => {
    const { action } = oneTask(
      'uses: switch\nwith: { cases: [{ name: a, if: run.id }, { name: b, if: "${{ run.id }}" }, { name: c, if: true }] }',
    );
    expect(action.with['cases']).toEqual([
      { name: 'a', if: '${{ run.id }}' },
      { name: 'b', if: '${{ run.id }}' },
      { name: 'c', if: true },
    ]);
  });

  it('conditions of the worker stay text without braces', () => {
    const { action } = oneTask('uses: http\nwith: { url: "https://a.b", success: "${{ status == 404 }}" }');
    expect(action.with['success']).toBe('status == 404');
  });
});

describe('conditions', () => {
  it('lose their braces, and tell whether they are asked for each node', () => {
    expect(oneTask("run: x\nif: ${{ run.id == 'x' }}")).toMatchObject({ if: "run.id == 'x'" });
    expect(oneTask('run: x\nif: true').if).toBe('true');
    expect(oneTask('run: x\nif: run.id').ifPerNode).toBeUndefined();
    expect(oneTask('run: x\nforeach: [1, 2]\nif: item > 1').ifPerNode).toBe(true);
    expect(oneTask('run: x\nmatrix: { a: [1] }\nif: matrix.a > 1').ifPerNode).toBe(true);
  });
});

describe('edges', () => {
  const tasks = `tasks:
  a: { run: x }
  b: { uses: switch, with: { cases: [{ name: big, if: true }], default: small } }
`;
  const edgesOf = (keys: string) => taskOf(`${tasks}  c: { ${keys} }\n`, 'c').edges;

  it('come from all forms of needs', () => {
    expect(edgesOf('run: x, needs: a')).toEqual([{ from: 0 }]);
    expect(edgesOf('run: x, needs: [a, b]')).toEqual([{ from: 0 }, { from: 1 }]);
    expect(edgesOf('run: x, needs: [{ task: a, when: failure }, { task: b, case: big }]')).toEqual([
      { from: 0, when: ['failure'] },
      { from: 1, case: ['big'] },
    ]);
    expect(
      edgesOf(
        'run: x, needs: [{ task: a, when: [success, skipped] }, { task: b, case: [big, small], optional: true }]',
      ),
    ).toEqual([
      { from: 0, when: ['success', 'skipped'] },
      { from: 1, case: ['big', 'small'], optional: true },
    ]);
    expect(edgesOf('run: x, needs: []')).toEqual([]);
  });

  it('come from references, once, unless an edge is written', () => {
    const reference = '"${{ tasks.a.outputs.x }}${{ tasks.a.status }}"';
    expect(edgesOf(`run: [x, ${reference}]`)).toEqual([{ from: 0, data: true }]);
    expect(edgesOf(`run: [x, ${reference}], needs: [{ task: a, when: done }]`)).toEqual([
      { from: 0, when: ['done'] },
    ]);
  });

  it('come from references in every place where a task may have them', () => {
    const places = [
      'if: tasks.a.outputs.x, run: x',
      'env: { A: "${{ tasks.a.outputs.x }}" }, run: x',
      'uses: transform, with: { value: { v: "${{ tasks.a.outputs.x }}" } }',
      'foreach: "${{ tasks.a.outputs.x }}", run: x',
      'matrix: { v: "${{ tasks.a.outputs.x }}" }, run: x',
      'cwd: "${{ tasks.a.outputs.x }}", run: x',
      'artifacts: { f: "${{ tasks.a.outputs.x }}" }, run: x',
      'files: { f: "${{ tasks.a.artifacts.x }}" }, run: x',
      'retry: { attempts: 2, on: tasks.a.outputs.x }, run: x',
    ];
    for (const keys of places) expect(edgesOf(keys), keys).toEqual([{ from: 0, data: true }]);
  });

  it('do not come from the outputs of the workflow', () => {
    const plan = planOf('tasks: { a: { run: x } }\noutputs: { v: "${{ tasks.a.outputs.x }}" }\n');
    expect(plan.tasks[0]?.edges).toEqual([]);
  });

  it('join tasks whose names mean something to JavaScript', () => {
    const plan = planOf(`tasks:
  __proto__: { needs: constructor, run: x }
  constructor: { run: x }
  failed: { needs: [__proto__, toString], run: [x, "\${{ tasks.hasOwnProperty.outputs.x }}"] }
  toString: { run: x }
  hasOwnProperty: { run: x }
`);
    expect(plan.tasks.map(({ id, edges }) => [id, edges.map(({ from }) => plan.tasks[from]?.id)])).toEqual([
      ['__proto__', ['constructor']],
      ['constructor', []],
      ['failed', ['__proto__', 'toString', 'hasOwnProperty']],
      ['toString', []],
      ['hasOwnProperty', []],
    ]);
  });
});

describe('fan-outs', () => {
  it('foreach takes an expression or a list', () => {
    expect(oneTask('run: x\nforeach: ${{ inputs.l }}'.replace('inputs.l', 'run.id')).fanOut).toEqual({
      kind: 'foreach',
      items: '${{ run.id }}',
    });
    expect(oneTask('run: x\nforeach: [a, 1, { b: 2 }]').fanOut).toEqual({
      kind: 'foreach',
      items: ['a', 1, { b: 2 }],
    });
  });

  it('matrix keeps its axes in order, with include and exclude apart', () => {
    const task = oneTask(
      'run: x\nmatrix: { z: [1, 2], a: "${{ run.id }}", include: [{ z: 3, k: 1 }], exclude: [{ z: 1 }] }',
    );
    expect(task.fanOut).toEqual({
      kind: 'matrix',
      axes: [
        { name: 'z', values: [1, 2] },
        { name: 'a', values: '${{ run.id }}' },
      ],
      include: [{ z: 3, k: 1 }],
      exclude: [{ z: 1 }],
    });
  });

  it('bounds have defaults', () => {
    expect(oneTask('run: x\nforeach: [1]')).toMatchObject({ maxFailures: { count: 0 }, failFast: true });
    expect(
      oneTask('run: x\nforeach: [1]\nmax_failures: "20%"\nfail_fast: false\nmax_parallel: 3'),
    ).toMatchObject({
      maxFailures: { percent: 20 },
      failFast: false,
      maxParallel: 3,
    });
  });
});

describe('retry', () => {
  it('counts retries as a number, attempts as a policy', () => {
    expect(oneTask('run: x').retry.attempts).toBe(1);
    expect(oneTask('run: x\nretry: 2').retry).toMatchObject({
      attempts: 3,
      delayMs: 1_000,
      backoff: 'exponential',
      factor: 2,
    });
    expect(oneTask('run: x\nretry: { attempts: 2 }').retry.attempts).toBe(2);
  });

  it('takes all fields', () => {
    const policy =
      '{ attempts: 4, delay: 2s, backoff: linear, factor: 3, max_delay: 1m, jitter: 0.5, budget: 1h, on: "error.exit_code == 3" }';
    expect(oneTask(`run: x\nretry: ${policy}`).retry).toEqual({
      attempts: 4,
      delayMs: 2_000,
      backoff: 'linear',
      factor: 3,
      maxDelayMs: 60_000,
      jitter: 0.5,
      budgetMs: 3_600_000,
      on: 'error.exit_code == 3',
    });
  });
});

describe('defaults', () => {
  const text = `env: { A: workflow, B: workflow, C: workflow }
defaults: { retry: 2, timeout: 2m, queue_timeout: PT1M, queue: gpu, env: { B: default, C: default }, shell: sh, cwd: d }
tasks:
  work: { run: x, env: { C: task } }
  own: { run: x, retry: 0, timeout: 5s, queue: small, shell: bash, cwd: e }
  pause: { uses: wait, with: { for: 1h } }
  fixed: { uses: wait, with: { for: 1h }, timeout: 2h }
`;

  it('fill what a task does not say; its own values win', () => {
    expect(taskOf(text, 'work')).toMatchObject({
      retry: { attempts: 3 },
      timeoutMs: 120_000,
      queueTimeoutMs: 60_000,
      queue: 'gpu',
      env: { A: 'workflow', B: 'default', C: 'task' },
      shell: 'sh',
      cwd: 'd',
    });
    expect(taskOf(text, 'own')).toMatchObject({
      retry: { attempts: 1 },
      timeoutMs: 5_000,
      queue: 'small',
      shell: 'bash',
      cwd: 'e',
    });
  });

  it('never time out or retry what no worker runs, but the task itself may ask for it', () => {
    const pause = taskOf(text, 'pause');
    expect(pause.retry.attempts).toBe(1);
    expect(pause.timeoutMs).toBeUndefined();
    expect(pause.queueTimeoutMs).toBeUndefined();
    expect(taskOf(text, 'fixed').timeoutMs).toBe(7_200_000);
  });
});

describe('other keys of a task', () => {
  it('are kept', () => {
    const text = `tasks:
  t:
    description: Does it
    run: x
    allow_failure: true
    priority: 9
    outputs: { rows: integer, list: { type: array, items: string } }
    artifacts: { model: out/model.bin }
`;
    expect(taskOf(text, 't')).toMatchObject({
      description: 'Does it',
      allowFailure: true,
      priority: 9,
      outputs: { rows: { type: 'integer' }, list: { type: 'array', items: { type: 'string' } } },
      artifacts: { model: 'out/model.bin' },
      at: 'flow.yaml:2',
    });
  });
});

describe('warnings about joins', () => {
  const warned = (text: string) => places(compileText(text).diagnostics);
  const branches = `tasks:
  s: { uses: switch, with: { cases: [{ name: a, if: true }], default: b } }
  a: { run: x, needs: [{ task: s, case: a }] }
  b: { run: x, needs: [{ task: s, case: b }] }
`;

  it('are given when a branch of a switch would take the join with it', () => {
    expect(warned(`${branches}  j: { run: x, needs: [a, b] }\n`)).toEqual(['join_skipped@5:24']);
  });

  it('are not given when the author said what is meant', () => {
    expect(warned(`${branches}  j: { run: x, needs: [a, b], trigger_rule: none_failed }\n`)).toEqual([]);
    expect(
      warned(
        `${branches}  j: { run: x, needs: [{ task: a, optional: true }, { task: b, optional: true }] }\n`,
      ),
    ).toEqual([]);
  });

  it('are not given for a chain, where being skipped is the point', () => {
    expect(
      warned(
        'tasks:\n  a: { run: x }\n  b: { run: x, if: run.id, needs: a }\n  c: { run: x, needs: [a, b] }\n',
      ),
    ).toEqual([]);
    expect(
      warned(
        'tasks:\n  a: { run: x, if: run.id }\n  b: { run: x, needs: a }\n  c: { run: x, needs: [a, b] }\n',
      ),
    ).toEqual([]);
  });

  it('are given once, not again for everything that follows', () => {
    const text =
      'tasks:\n  a: { run: x, if: run.id }\n  b: { run: x }\n  c: { run: x, needs: [a, b] }\n  d: { run: x }\n  e: { run: x, needs: [c, d] }\n';
    expect(warned(text)).toEqual(['join_skipped@4:24']);
  });

  it('name the rule that fits branches of which only one is chosen', () => {
    const [found] = compileText(`${branches}  j: { run: x, needs: [a, b] }\n`).diagnostics;
    expect(found?.message).toContain('`j` is always skipped: `a` and `b`');
    expect(found?.hint).toBe('Write `trigger_rule: none_failed_min_one_success`.');
    const read = '{ A: "${{ tasks.a.outputs.v }}", B: "${{ default(tasks.b.outputs.v, 0) }}" }';
    expect(compileText(`${branches}  j: { run: x, env: ${read} }\n`).diagnostics[0]?.hint).toBe(
      'Read `default(tasks.a.outputs.v, null)` instead. Write `trigger_rule: none_failed_min_one_success` and name `a` and `b` under `needs`.',
    );
  });

  it('do not take branches for exclusive that one choice runs both', () => {
    const text = branches.replace('case: b }', 'case: [a, b] }');
    const [found] = compileText(`${text}  j: { run: x, needs: [a, b] }\n`).diagnostics;
    expect(found?.message).toContain('even if `b` succeeds');
  });

  it('do not advise to leave out a task whose value would then be missing', () => {
    const tasks = 'tasks:\n  a: { run: x }\n  b: { run: x, if: run.id }\n';
    const hintFor = (keys: string) =>
      compileText(`${tasks}  c: { run: x, ${keys} }\n`).diagnostics.map(({ hint }) => hint);
    const value = 'env: { V: "${{ tasks.b.outputs.v }}" }';
    expect(hintFor(`needs: a, ${value}`)).toEqual([
      'Read `default(tasks.b.outputs.v, null)` instead. Write `{ task: b, optional: true }` under `needs`, or `trigger_rule: none_failed` and name `b` under `needs`.',
    ]);
    expect(hintFor(`needs: [a, b], ${value}`)[0]).toContain('Read `default(tasks.b.outputs.v, null)`');
    expect(hintFor('needs: [a, b], env: { S: "${{ tasks.b.status }}" }')).toEqual([
      'Write `{ task: b, optional: true }` under `needs`, or `trigger_rule: none_failed`.',
    ]);
  });

  it('are not given for a fan-out of which only some nodes are skipped, nor for `if: true`', () => {
    const join = '  c: { run: x }\n  d: { run: x, needs: [b, c] }\n';
    expect(warned(`tasks:\n  b: { run: x, foreach: [1, 2], if: item > 1 }\n${join}`)).toEqual([]);
    expect(warned(`tasks:\n  b: { run: x, if: true }\n${join}`)).toEqual([]);
    expect(warned(`tasks:\n  b: { run: x, foreach: [1, 2], if: run.id }\n${join}`)).toEqual([
      'join_skipped@4:24',
    ]);
  });
});

describe('warnings about outputs of the workflow', () => {
  const warned = (tasks: string, value: string) =>
    compileText(`tasks:\n${tasks}outputs: { v: "\${{ ${value} }}" }\n`).diagnostics.map(
      ({ code, message }) => `${code}: ${message}`,
    );
  const conditional = '  a: { run: x, if: run.id }\n';
  const follower = `${conditional}  b: { run: x, needs: a }\n`;

  it('are given for a task that may be skipped with another', () => {
    expect(warned(follower, 'tasks.b.outputs.v')).toEqual([
      'skippable_output: The run fails when `b` is skipped with `a`, because this output then has no value.',
    ]);
  });

  it('are given for the branches of a switch, and for a task that only a failure runs', () => {
    const branch = '  s: { uses: switch, with: { cases: [{ name: a, if: true }], default: b } }\n';
    expect(
      warned(`${branch}  a: { run: x, needs: [{ task: s, case: a }] }\n`, 'tasks.a.outputs.v'),
    ).toHaveLength(1);
    const alarm = '  a: { run: x }\n  b: { run: x, needs: [{ task: a, when: failure }] }\n';
    expect(warned(alarm, 'tasks.b.outputs.v')).toHaveLength(1);
    expect(warned(alarm.replace('failure', 'done'), 'tasks.b.outputs.v')).toEqual([]);
  });

  it('are given where || stands, which is no fallback for a missing value', () => {
    expect(warned(conditional, "tasks.a.outputs.v || 'none'")).toHaveLength(1);
  });

  it('are not given where a missing value is provided for', () => {
    for (const value of [
      'default(tasks.a.outputs.v, null)',
      'tasks.a.status',
      "tasks.a.status == 'succeeded' && tasks.a.outputs.v",
      "case(tasks.a.status == 'succeeded', tasks.a.outputs.v, 0)",
    ])
      expect(warned(conditional, value), value).toEqual([]);
  });

  it('are not given for a task that runs all the same', () => {
    const text = follower.replace('needs: a', 'needs: a, trigger_rule: all_done');
    expect(warned(text, 'tasks.b.outputs.v')).toEqual([]);
    expect(
      warned(follower.replace('needs: a', 'needs: [{ task: a, optional: true }]'), 'tasks.b.outputs.v'),
    ).toEqual([]);
  });
});

describe('text that merely resembles a reference', () => {
  it('is left alone', () => {
    const text = `inputs: { city: string }
tasks:
  a: { run: [cat, inputs.csv, item, matrix.os], env: { KIND: item, B: see inputs.city, C: tasks.md, D: run.sh } }
  b: { uses: transform, with: { value: { file: inputs.json, kind: items, index: index } } }
`;
    expect(compileText(text).diagnostics).toEqual([]);
  });
});
