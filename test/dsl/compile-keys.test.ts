/** What each key of the language becomes in the plan. */
import { describe, expect, it } from 'vitest';
import { compileText, planOf, taskOf } from './diagnose.ts';

const oneTask = (lines: string) => taskOf(`tasks:\n  t:\n${lines.replace(/^/gm, '    ')}\n`, 't');
const errorsOf = (text: string) =>
  compileText(text).diagnostics.filter(({ severity }) => severity === 'error');

describe('keys of a task', () => {
  it('limits', () => {
    expect(oneTask('run: x\nconcurrency: { key: "db-${{ run.id }}", limit: 2 }').concurrency).toEqual([
      { key: 'db-${{ run.id }}', limit: 2 },
    ]);
    expect(
      oneTask('run: x\nconcurrency: [{ key: a, limit: 2 }, { key: b, limit: 3 }]').concurrency,
    ).toHaveLength(2);
    expect(oneTask('run: x\nrate_limit: { key: api, limit: 10, per: 1m }').rateLimit).toEqual([
      { key: 'api', limit: 10, perMs: 60_000, cost: 1 },
    ]);
    expect(
      oneTask('run: x\nrate_limit: [{ key: api, limit: 10, per: 1s, cost: "${{ length(run.id) }}" }]')
        .rateLimit,
    ).toEqual([{ key: 'api', limit: 10, perMs: 1_000, cost: '${{ length(run.id) }}' }]);
    expect(oneTask('run: x\nslots: 4\nworker_labels: { gpu: true, disk: 2, zone: eu }')).toMatchObject({
      slots: 4,
      workerLabels: { gpu: 'true', disk: '2', zone: 'eu' },
    });
  });

  it('repeat, cache, heartbeat, deadline, cost', () => {
    expect(
      oneTask('run: x\nrepeat: { until: "${{ self.outputs.done }}", max: 5, delay: 2s }').repeat,
    ).toEqual({
      until: 'self.outputs.done',
      max: 5,
      delayMs: 2_000,
    });
    expect(oneTask('run: x\nrepeat: { max: 3 }').repeat).toEqual({ max: 3, delayMs: 1_000 });
    expect(oneTask('run: x\ncache: { key: "k-${{ run.workflow }}", files: src/**, ttl: 1d }').cache).toEqual({
      key: 'k-${{ run.workflow }}',
      files: ['src/**'],
      ttlMs: 86_400_000,
    });
    expect(oneTask('run: x\ncache: { key: k }').cache).toEqual({ key: 'k', files: [] });
    expect(oneTask('run: x\nheartbeat: 30s\ndeadline: 2h\ncost: 1.5')).toMatchObject({
      heartbeatMs: 30_000,
      deadlineMs: 7_200_000,
      costPerHour: 1.5,
    });
  });

  it('heartbeat of the defaults holds only for what a worker runs', () => {
    const text =
      'defaults: { heartbeat: 5s }\ntasks: { a: { run: x }, b: { uses: noop }, c: { workflow: other }, d: { run: x, heartbeat: 1m } }\n';
    expect(planOf(text).tasks.map((task) => task.heartbeatMs)).toEqual([5_000, undefined, undefined, 60_000]);
  });

  it('broadcast', () => {
    const task = oneTask(
      'run: [x, "${{ broadcast.index }}", "${{ broadcast.total }}"]\nbroadcast: true\nif: broadcast.index > 0',
    );
    expect(task).toMatchObject({ fanOut: { kind: 'broadcast' }, ifPerNode: true });
  });

  it('notify', () => {
    expect(oneTask('run: x\nnotify: ops').notify).toEqual([{ channel: 'ops', on: ['failure', 'late'] }]);
    expect(
      oneTask('run: x\nnotify: [ops, { channel: dev, on: [retry, success], text: "${{ self.status }}" }]')
        .notify,
    ).toEqual([
      { channel: 'ops', on: ['failure', 'late'] },
      { channel: 'dev', on: ['retry', 'success'], text: '${{ self.status }}' },
    ]);
  });
});

describe('keys of the workflow', () => {
  const planWith = (lines: string) => planOf(`${lines}\ntasks: { a: { run: x } }\n`);

  it('bounds', () => {
    expect(
      planWith(
        'inputs: { tenant: string }\nfairness: "${{ inputs.tenant }}"\ndeadline: 1h\nsecrets: [A, B]\nconcurrency: { key: "${{ inputs.tenant }}", limit: 2, on_limit: reject }',
      ),
    ).toMatchObject({
      fairness: '${{ inputs.tenant }}',
      deadlineMs: 3_600_000,
      secrets: ['A', 'B'],
      concurrency: { key: '${{ inputs.tenant }}', limit: 2, onLimit: 'reject' },
    });
    expect(planWith('concurrency: { key: a, limit: 1 }').concurrency?.onLimit).toBe('queue');
  });

  it('notify, callback, retention', () => {
    const plan = planWith(
      'secrets: [KEY]\nnotify: { channel: ops, on: recovered, text: "${{ run.url }}" }\ncallback: { url: "https://a.b/${{ run.id }}", secret: "${{ secrets.KEY }}" }\nretention: { age: { failed: 90d }, count: 100 }',
    );
    expect(plan).toMatchObject({
      notify: [{ channel: 'ops', on: ['recovered'], text: '${{ run.url }}' }],
      callback: { url: 'https://a.b/${{ run.id }}', secret: 'KEY' },
      retention: { ageMs: { failed: 7_776_000_000 }, count: 100 },
    });
    expect(planWith('retention: 1d').retention).toEqual({
      ageMs: { succeeded: 86_400_000, failed: 86_400_000, cancelled: 86_400_000 },
    });
  });

  it('triggers', () => {
    const plan = planWith(`name: w
secrets: [S]
inputs: { day: date }
triggers:
  - { cron: "30 6 * * mon-fri", timezone: Europe/Berlin, catchup: last, overlap: skip, inputs: { day: "\${{ run.logical_time }}" } }
  - { every: 15m }
  - { at: "2026-03-01T06:00:00+01:00" }
  - { after: { workflow: other/hourly, on: done, window: 1d } }
  - { after: { workflow: up, inputs: { day: "\${{ trigger.outputs.day }}" } } }
  - { webhook: { path: /team/build, secret: S, scheme: github, id: "\${{ trigger.headers['x-id'] }}" } }
  - { kafka: { topic: orders, brokers: "a:9092", from: earliest } }`);
    expect(plan.triggers).toEqual([
      {
        kind: 'cron',
        cron: '30 6 * * mon-fri',
        timezone: 'Europe/Berlin',
        catchup: 'last',
        overlap: 'skip',
        inputs: { day: '${{ run.logical_time }}' },
      },
      { kind: 'every', everyMs: 900_000, catchup: 'none', overlap: 'allow', inputs: {} },
      { kind: 'at', atMs: Date.parse('2026-03-01T05:00:00Z'), inputs: {} },
      {
        kind: 'after',
        namespace: 'other',
        workflow: 'hourly',
        on: ['success', 'failure', 'cancelled'],
        windowMs: 86_400_000,
        inputs: {},
      },
      {
        kind: 'after',
        namespace: 'default',
        workflow: 'up',
        on: ['success'],
        inputs: { day: '${{ trigger.outputs.day }}' },
      },
      {
        kind: 'webhook',
        path: 'team/build',
        secret: 'S',
        scheme: 'github',
        id: "trigger.headers['x-id']",
        inputs: {},
      },
      {
        kind: 'kafka',
        brokers: ['a:9092'],
        topic: 'orders',
        group: 'sluice-default-w',
        from: 'earliest',
        inputs: {},
      },
    ]);
  });
});

describe('templates', () => {
  it('merge maps and replace lists, along a chain', () => {
    const text = `templates:
  base: { env: { A: base, B: base }, retry: { attempts: 3, delay: 2s }, needs: [a] }
  gpu: { extends: base, queue: gpu, env: { B: gpu } }
tasks:
  a: { run: x }
  t: { extends: gpu, run: x, env: { C: own }, retry: { delay: 5s }, needs: [] }
`;
    expect(errorsOf(text)).toEqual([]);
    expect(taskOf(text, 't')).toMatchObject({
      queue: 'gpu',
      env: { A: 'base', B: 'gpu', C: 'own' },
      retry: { attempts: 3, delayMs: 5_000 },
      edges: [],
    });
  });

  it('give their mistakes where they stand, once for all tasks', () => {
    const { diagnostics } = compileText(
      'templates:\n  base:\n    timeout: 30\n    env: { A: "${{ inputs.x }}" }\ntasks:\n  a: { extends: base, run: x }\n  b: { extends: base, run: x }\n',
    );
    expect(diagnostics.map(({ code, line }) => `${code}@${line}`)).toEqual([
      'bare_duration@3',
      'unknown_input@4',
    ]);
  });
});

describe('the end of a run', () => {
  const text = `tasks:
  a: { run: x, compensate: { run: [undo, "\${{ self.outputs.id }}"], retry: 2, timeout: 5s, env: { A: 1 } } }
  b: { run: x, needs: a }
  c: { run: x, needs: b, queue: gpu, worker_labels: { disk: big }, compensate: { uses: http, with: { url: "https://a.b" } } }
  d: { run: x, needs: a, foreach: [1, 2], compensate: { run: undo } }
on_failure:
  alarm: { run: [alarm, "\${{ run.error.message }}", "\${{ tasks.a.status }}"] }
  page: { run: [page, "\${{ tasks.alarm.outputs.id }}"], needs: alarm }
on_finish:
  tidy: { run: tidy }
`;

  it('puts compensations and handlers behind all tasks, each in its phase', () => {
    expect(planOf(text).tasks.map(({ id, phase }) => [id, phase])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
      ['d', undefined],
      ['a.compensate', 'compensate'],
      ['c.compensate', 'compensate'],
      ['d.compensate', 'compensate'],
      ['alarm', 'on_failure'],
      ['page', 'on_failure'],
      ['tidy', 'on_finish'],
    ]);
  });

  it('undoes in the opposite order, also through tasks that have no compensation', () => {
    const { tasks } = planOf(text);
    expect(tasks[4]).toMatchObject({
      edges: [{ from: 5 }, { from: 6 }],
      triggerRule: 'all_done',
      fanOut: { kind: 'compensation', of: 0 },
      failFast: false,
      retry: { attempts: 3 },
      timeoutMs: 5_000,
      env: { A: 1 },
    });
    expect(tasks[5]).toMatchObject({
      edges: [],
      queue: 'gpu',
      workerLabels: { disk: 'big' },
      fanOut: { kind: 'compensation', of: 2 },
    });
  });

  it('gives handlers edges among themselves alone', () => {
    const { tasks } = planOf(text);
    expect(tasks.slice(7).map(({ edges }) => edges)).toEqual([[], [{ from: 7 }], []]);
  });
});

describe('secrets', () => {
  it('stay text for the worker to resolve', () => {
    const task = taskOf(
      'secrets: [TOKEN]\ntasks: { t: { uses: http, with: { url: "https://a.b", headers: { authorization: "Bearer ${{ secrets.TOKEN }}" } }, env: { A: "${{ secrets.TOKEN }}" } } }\n',
      't',
    );
    expect(task.action.with['headers']).toEqual({ authorization: 'Bearer ${{ secrets.TOKEN }}' });
    expect(task.env).toEqual({ A: '${{ secrets.TOKEN }}' });
  });
});
