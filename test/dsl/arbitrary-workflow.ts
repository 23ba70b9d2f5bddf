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
const defaultable = {
  retry,
  timeout: duration,
  queue_timeout: duration,
  queue: name,
  env,
  shell: text,
  cwd: text,
};

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
    outputs: map(json),
  },
  { requiredKeys: [], noNullPrototype: true },
);

export const arbitraryWorkflow = fc
  .tuple(head, fc.array(fc.tuple(taskName, optional(task)), { minLength: 1, maxLength: 4 }))
  .map(([keys, tasks]) => {
    const bodies = new Map(tasks.map(([id, body]) => [id, (body ?? {}) as TaskSource]));
    return { ...keys, tasks: bodies } as WorkflowSource;
  });
