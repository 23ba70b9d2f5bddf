/** Random workflows as authors may write them: every key, texts that YAML must quote, names that mean something to JavaScript. */
import fc from 'fast-check';
import type { TaskSource, WorkflowSource } from '../../dsl/index.ts';
import { TRIGGER_RULE_NAMES } from '../../engine/core/trigger-rule.ts';

const name = fc.oneof(
  fc.constantFrom('a', 'b-1', '_x', 'constructor', 'failed', 'toString', 'null', 'true', 'yes', 'on'),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,12}$/),
);
const taskName = fc.oneof(name, fc.constant('__proto__'));

/** Text that a file may hold, among it what YAML reads as something else. */
const text = fc.oneof(
  fc.constantFrom(
    'x',
    '${{ run.id }}',
    'a: b',
    'a #b',
    '- x',
    '{x}',
    '[x]',
    '"q"',
    "it's",
    '!t',
    '*a',
    '&a',
    '1.10',
    '0x1',
    'no',
    '~',
    ' lead',
    'trail ',
    'two\nlines\n',
    '\ttab',
    '%',
    '@',
    '`',
    'ä😀',
    '|',
    '>',
    '---',
    '...',
    '?',
    ': ',
    '#',
  ),
  fc.string({ minLength: 1, maxLength: 30 }).filter((one) => /^[\t\n\x20-\x7E]+$/.test(one)),
);
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(0.5, -2.25, 1e21, 1e-7),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(name, tie('json'), { maxKeys: 3 }),
  ),
}));
const duration = fc.constantFrom('500ms', '30s', '5m', '1h30m', '2d', 'PT1H30M');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const map = <T>(value: fc.Arbitrary<T>) => fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true });

const env = fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/), json, {
  maxKeys: 3,
  noNullPrototype: true,
});

const retry = fc.oneof(
  fc.nat(999),
  fc.record(
    {
      attempts: fc.integer({ min: 1, max: 1_000 }),
      delay: duration,
      backoff: fc.constantFrom('fixed', 'linear', 'exponential'),
      factor: fc.constantFrom(1, 1.5, 2),
      max_delay: duration,
      jitter: fc.constantFrom(0, 0.25, 1),
      budget: duration,
      on: text,
    },
    { requiredKeys: ['attempts'] },
  ),
);
const need = fc.oneof(
  taskName,
  fc.record(
    { task: taskName, when: fc.constantFrom('success', ['failure', 'skipped']), optional: fc.boolean() },
    { requiredKeys: ['task'] },
  ),
  fc.record(
    { task: taskName, case: fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 2 })) },
    { requiredKeys: ['task'] },
  ),
);
const valueSpec = fc.oneof(
  fc.constantFrom('string', 'integer', 'object'),
  fc.record(
    { type: fc.constant('array'), items: fc.constantFrom('string', 'date'), description: text },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    { type: fc.constant('object'), properties: map(fc.constant('number')), required: fc.boolean() },
    { requiredKeys: ['type'] },
  ),
);
const count = fc.integer({ min: 1, max: 1_000 });
const partly = <T extends object>(keys: { [K in keyof T]: fc.Arbitrary<T[K]> }, required: (keyof T)[] = []) =>
  fc.record(keys, { requiredKeys: required, noNullPrototype: true });
const oneOrMany = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 2 }));

const defaultable = {
  retry,
  timeout: duration,
  queue_timeout: duration,
  heartbeat: duration,
  queue: name,
  env,
  shell: text,
  cwd: text,
};

const notifyOn = (...occasions: string[]) => {
  const full = partly({ channel: name, on: oneOrMany(fc.constantFrom(...occasions)), text }, ['channel']);
  return fc.oneof(name, full, fc.array(fc.oneof(name, full), { minLength: 1, maxLength: 2 }));
};

const ticking = {
  catchup: fc.constantFrom('none', 'last', 'all'),
  overlap: fc.constantFrom('allow', 'skip', 'queue', 'replace'),
  inputs: map(json),
};
const trigger = fc.oneof(
  partly({ cron: fc.constantFrom('0 6 * * *', '@daily'), timezone: text, ...ticking }, ['cron']),
  partly({ every: duration, ...ticking }, ['every']),
  partly({ at: fc.constantFrom('2026-03-01T06:00:00Z', '2026-03-01') }, ['at']),
  fc.record({
    after: partly(
      {
        workflow: name,
        on: oneOrMany(fc.constantFrom('success', 'done')),
        window: duration,
        inputs: map(json),
      },
      ['workflow'],
    ),
  }),
  fc.record({
    webhook: partly(
      {
        path: text,
        secret: text,
        scheme: fc.constantFrom('standard', 'github', 'hmac'),
        id: text,
        inputs: map(json),
      },
      ['path'],
    ),
  }),
  fc.record({
    kafka: partly(
      {
        topic: text,
        brokers: oneOrMany(text),
        group: text,
        from: fc.constantFrom('latest', 'earliest'),
        inputs: map(json),
      },
      ['topic'],
    ),
  }),
);
const age = partly({ succeeded: duration, failed: duration, cancelled: duration });

const task = fc.record(
  {
    description: text,
    needs: fc.oneof(taskName, fc.array(need, { maxLength: 3 })),
    if: fc.oneof(text, fc.boolean()),
    trigger_rule: fc.constantFrom(...TRIGGER_RULE_NAMES),
    run: fc.oneof(text, fc.array(fc.oneof(text, fc.integer(), fc.boolean()), { minLength: 1, maxLength: 3 })),
    uses: text,
    with: map(json),
    foreach: fc.oneof(text, fc.array(json, { maxLength: 3 })),
    matrix: fc.dictionary(name, fc.array(json, { minLength: 1, maxLength: 3 }), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    extends: name,
    workflow: fc.oneof(name, fc.constantFrom('./child.yaml', 'team/child')),
    inputs: map(json),
    detached: fc.boolean(),
    broadcast: fc.constant(true as const),
    repeat: partly({ until: fc.oneof(text, fc.boolean()), max: count, delay: duration }),
    worker_labels: map(fc.oneof(text, fc.integer(), fc.boolean())),
    slots: count,
    concurrency: oneOrMany(partly({ key: text, limit: count }, ['key', 'limit'])),
    rate_limit: oneOrMany(
      partly({ key: text, limit: count, per: duration, cost: fc.oneof(count, text) }, [
        'key',
        'limit',
        'per',
      ]),
    ),
    cache: partly({ key: text, files: oneOrMany(text), ttl: duration }, ['key']),
    compensate: partly({ run: text, uses: text, with: map(json), retry, timeout: duration, env }),
    cost: fc.constantFrom(0, 0.5, 12),
    deadline: duration,
    notify: notifyOn('success', 'failure', 'retry', 'late'),
    max_parallel: fc.integer({ min: 1, max: 1_000 }),
    max_failures: fc.oneof(fc.nat(), fc.constant('20%')),
    fail_fast: fc.boolean(),
    ...defaultable,
    allow_failure: fc.boolean(),
    priority: fc.nat(9),
    outputs: map(valueSpec),
    artifacts: map(text),
    files: map(text),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const head = fc.record(
  {
    name,
    namespace: name,
    description: text,
    labels: map(fc.oneof(text, fc.integer(), fc.boolean())),
    inputs: map(valueSpec),
    env,
    defaults: fc.record(defaultable, { requiredKeys: [], noNullPrototype: true }),
    priority: fc.nat(9),
    max_parallel: fc.integer({ min: 1, max: 1_000 }),
    timeout: duration,
    triggers: fc.array(trigger, { maxLength: 2 }),
    secrets: fc.array(name, { maxLength: 2 }),
    fairness: text,
    concurrency: partly(
      { key: text, limit: count, on_limit: fc.constantFrom('queue', 'cancel_running', 'reject') },
      ['key', 'limit'],
    ),
    deadline: duration,
    notify: notifyOn('success', 'failure', 'late', 'recovered'),
    callback: partly({ url: text, secret: text }, ['url']),
    retention: fc.oneof(duration, partly({ age: fc.oneof(duration, age), count })),
    templates: map(task),
    outputs: map(json),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** Tasks of the main part and of handlers; ids may clash, which is for the checks to tell. */
const taskMap = (minLength: number) =>
  fc
    .array(fc.tuple(minLength > 0 ? taskName : name, optional(task)), { minLength, maxLength: 4 })
    .map((tasks) => new Map(tasks.map(([id, body]) => [id, (body ?? {}) as TaskSource])));

export const arbitraryWorkflow = fc
  .tuple(
    head,
    taskMap(1),
    fc.record(
      { on_success: taskMap(0), on_failure: taskMap(0), on_finish: taskMap(0) },
      { requiredKeys: [], noNullPrototype: true },
    ),
  )
  .map(([keys, tasks, handlers]) => ({ ...keys, tasks, ...handlers }) as WorkflowSource);
