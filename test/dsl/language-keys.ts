/**
 * EVERY key of the language, by the noun that has it: a good use, and a misuse with the place («…»), the code and a part of
 * the fix. `language-keys.test.ts` compares the list with the schema and the documentation, both ways.
 */
import type { DiagnosticCode } from '../../dsl/index.ts';
import type { Noun } from '../../dsl/known-key.ts';

export interface KeyRow {
  readonly key: string;
  readonly good: string;
  readonly bad: string;
  readonly code: DiagnosticCode;
  readonly says: string;
  /** Where the line stands, when not where the noun usually stands. */
  readonly within?: (line: string) => string;
}

export interface NounRows {
  readonly noun: Noun;
  /** A workflow with the line in the map of the noun. */
  readonly within: (line: string) => string;
  readonly rows: readonly KeyRow[];
}

type Row = readonly [
  key: string,
  good: string,
  bad: string,
  code: DiagnosticCode,
  says: string,
  within?: (line: string) => string,
];

const noun = (name: Noun, within: (line: string) => string, rows: readonly Row[]): NounRows => ({
  noun: name,
  within,
  rows: rows.map(([key, good, bad, code, says, own]) => ({
    key,
    good,
    bad,
    code,
    says,
    ...(own ? { within: own } : {}),
  })),
});

const HEAD = 'secrets: [KEY]\ninputs: { n: integer }\n';
const TASKS = 'tasks: { a: { run: x } }\n';
const inWorkflow = (line: string) => `${line}\n${TASKS}`;
const inTask = (line: string) => `${HEAD}tasks:\n  b: { run: x }\n  a:\n    run: x\n    ${line}\n`;
const inEmptyTask = (line: string) => `${HEAD}tasks:\n  b: { run: x }\n  a:\n    ${line}\n`;
const inFanOut = (line: string) => inTask(`foreach: [1, 2]\n    ${line}`);
const inHttp = (line: string) => inEmptyTask(`uses: http\n    ${line}`);
const inChild = (line: string) => inEmptyTask(`workflow: other\n    ${line}`);
const flow =
  (key: string, ...others: string[]) =>
  (line: string) =>
    inTask(`${key}: { ${[line, ...others].join(', ')} }`);
const inTrigger =
  (...others: string[]) =>
  (line: string) =>
    `${HEAD}triggers:\n  - { ${[line, ...others].join(', ')} }\n${TASKS}`;
const inTriggerOf =
  (kind: string, ...others: string[]) =>
  (line: string) =>
    `${HEAD}triggers:\n  - { ${kind}: { ${[line, ...others].join(', ')} } }\n${TASKS}`;

const defaultable: readonly Row[] = [
  ['retry', '2', '«1000»', 'out_of_range', 'at most 999'],
  ['timeout', '2m', '«120»', 'bare_duration', 'Write 120s'],
  ['queue_timeout', '1h', '«an hour»', 'bad_duration', '1h30m'],
  ['heartbeat', '30s', '«0s»', 'bad_duration', 'more than zero'],
  ['queue', 'gpu', '«gpu nodes»', 'bad_name', '`gpu-nodes`'],
  ['env', '{ A: 1 }', '{ «A-B»: 1 }', 'bad_name', '`A_B`'],
  ['shell', 'python3', '«7»', 'wrong_type', '"7" in quotes'],
  ['cwd', 'sub', '«[sub]»', 'wrong_type', 'text'],
];

export const LANGUAGE_KEYS: readonly NounRows[] = [
  noun('workflow', inWorkflow, [
    ['name', 'w', '«my flow»', 'bad_name', '`my-flow`'],
    ['namespace', 'team', '«a.b»', 'bad_name', '`a-b`'],
    ['description', 'text', '«7»', 'wrong_type', '"7" in quotes'],
    ['labels', '{ tier: gold }', '{ tier: «[gold]» }', 'wrong_type', 'text'],
    ['inputs', '{ n: integer }', '{ n: «int» }', 'wrong_value', '`integer`'],
    ['triggers', '[{ every: 5m }]', '«{ every: 5m }»', 'wrong_type', 'a list'],
    ['env', '{ A: 1 }', '{ A: "${{ «item» }}" }', 'unknown_context', 'Known here'],
    ['secrets', '[KEY]', '[«my key»]', 'bad_name', '`my-key`'],
    ['defaults', '{ retry: 1 }', '{ «retries»: 1 }', 'unknown_key', '`retry`'],
    ['priority', '9', '«10»', 'out_of_range', 'at most 9'],
    [
      'fairness',
      '"${{ run.id }}"',
      '"${{ «tasks.a.status» }}"',
      'unknown_context',
      'in the task that needs them',
    ],
    ['concurrency', '{ key: a, limit: 1 }', '«{ key: a }»', 'missing_key', 'Add `limit`'],
    ['max_parallel', '10', '«0»', 'out_of_range', 'at least 1'],
    ['timeout', '1h', '«60»', 'bare_duration', 'Write 60s'],
    ['deadline', '1h', '«${{ run.id }}»', 'expression_not_allowed', 'before the run starts'],
    ['notify', 'ops', '{ channel: ops, on: «retry» }', 'wrong_value', '`failure`'],
    ['callback', '{ url: "https://a.b" }', '«{}»', 'missing_key', 'Add `url`'],
    ['retention', '30d', '«30»', 'bare_duration', 'Write 30s'],
    ['templates', '{ t: { queue: gpu } }', '{ «t t»: {} }', 'bad_name', '`t-t`'],
    [
      'outputs',
      '{ n: "${{ tasks.a.outputs.n }}" }',
      '{ n: "${{ «tasks.b.outputs.n» }}" }',
      'unknown_task',
      '`a`',
    ],
    [
      'tasks',
      '{ a: { run: x } }',
      '«[a]»',
      'wrong_type',
      'Write each task as `name:`',
      (line) => `${line}\n`,
    ],
    ['on_success', '{ h: { run: x } }', '{ «h»: {} }', 'missing_action', '`run: COMMAND`'],
    ['on_failure', '{ h: { run: x } }', '«[h]»', 'wrong_type', 'Write each task as `name:`'],
    ['on_finish', '{ h: { run: x } }', '{ h: { run: x, needs: «a» } }', 'wrong_phase', 'without `needs`'],
  ]),
  noun('task', inTask, [
    [
      'extends',
      't',
      '«tt»',
      'unknown_template',
      'Known here: `t`',
      (line) =>
        `templates: { t: { queue: gpu } }\ntasks:\n  b: { extends: t, run: x }\n  a: { run: x, ${line} }\n`,
    ],
    ['description', 'text', '«true»', 'wrong_type', '"true" in quotes'],
    ['needs', 'b', '«c»', 'unknown_task', '`b`'],
    ['if', 'run.id', '«item» > 2', 'unknown_context', 'tasks with `foreach`'],
    [
      'trigger_rule',
      'all_done',
      '«any_done»',
      'wrong_value',
      '`all_done`',
      (line) => inTask(`needs: b\n    ${line}`),
    ],
    ['run', './a.sh', 'echo «${{ inputs.n }}»', 'expression_in_script', '"$N"', inEmptyTask],
    ['uses', 'noop', '«nop»', 'unknown_executor', '`noop`', inEmptyTask],
    [
      'with',
      '{ url: "https://a.b" }',
      '{ url: "https://a.b", «methd»: GET }',
      'unknown_key',
      '`method`',
      inHttp,
    ],
    ['workflow', 'other', '«a b»', 'bad_name', '`NAME`', inEmptyTask],
    ['inputs', '{ a: 1 }', '{ a: "${{ «inputs.m» }}" }', 'unknown_input', '`n`', inChild],
    ['detached', 'true', '«yes»', 'wrong_type', 'Write true', inChild],
    ['foreach', '[1, 2]', '«inputs.n»', 'expression_expected', '"${{ inputs.n }}"'],
    ['matrix', '{ os: [a, b] }', '«{}»', 'empty_fan_out', 'AXIS'],
    ['broadcast', 'true', '«false»', 'wrong_value', '`true`'],
    ['max_parallel', '2', '«0»', 'out_of_range', 'at least 1', inFanOut],
    ['max_failures', '20%', '«200%»', 'wrong_value', '"20%"', inFanOut],
    ['fail_fast', 'false', '«no»', 'wrong_type', 'Write false', inFanOut],
    ['repeat', '{ max: 3 }', '{ «times»: 3 }', 'unknown_key', '`max`'],
    ...defaultable,
    ['allow_failure', 'true', '«on»', 'wrong_type', 'Write true'],
    ['priority', '0', '«-1»', 'out_of_range', 'at least 0'],
    [
      'worker_labels',
      '{ gpu: true }',
      '{ gpu: «"${{ inputs.n }}"» }',
      'expression_not_allowed',
      'before the run starts',
    ],
    ['slots', '2', '«0»', 'out_of_range', 'at least 1'],
    [
      'concurrency',
      '{ key: a, limit: 1 }',
      '{ key: a, limit: 1, «on_limit»: queue }',
      'unknown_key',
      'Known here',
    ],
    ['rate_limit', '{ key: a, limit: 1, per: 1s }', '«{ key: a, limit: 1 }»', 'missing_key', 'Add `per`'],
    ['cache', '{ key: a }', '«{ files: [x] }»', 'missing_key', 'Add `key`'],
    ['outputs', '{ n: integer }', '{ n: «{ type: enum }» }', 'bad_spec', 'enum: ['],
    ['artifacts', '{ p: out/p }', '{ p: «/p» }', 'unsafe_path', 'stay in it'],
    ['files', '{ p: "${{ tasks.b.artifacts.p }}" }', '{ p: «q» }', 'expression_expected', 'artifacts'],
    ['compensate', '{ run: undo }', '{ run: undo, «needs»: b }', 'unknown_key', 'Known here'],
    ['cost', '1.5', '«-1»', 'out_of_range', 'at least 0'],
    ['deadline', '30m', '«30»', 'bare_duration', 'Write 30s'],
    ['notify', 'ops', '{ channel: ops, on: «recovered» }', 'wrong_value', '`retry`'],
  ]),
  noun('defaults', (line) => `defaults: { ${line} }\n${TASKS}`, defaultable),
  noun('compensate', (line) => inTask(`compensate:\n      run: undo\n      ${line}`), [
    [
      'run',
      '[undo, "${{ self.outputs.id }}"]',
      '[undo, "${{ «item» }}"]',
      'unknown_context',
      'tasks with `foreach`',
      (line) => inTask(`compensate: { ${line} }`),
    ],
    ['uses', 'noop', '«nop»', 'unknown_executor', '`noop`', (line) => inTask(`compensate: { ${line} }`)],
    [
      'with',
      '{ url: "https://a.b" }',
      '{ «ulr»: x }',
      'unknown_key',
      '`url`',
      (line) => inTask(`compensate: { uses: http, ${line} }`),
    ],
    ['retry', '3', '«many»', 'wrong_type', 'a number or a map'],
    ['timeout', '5s', '«5»', 'bare_duration', 'Write 5s'],
    [
      'env',
      '{ A: "${{ tasks.b.outputs.x }}" }',
      '{ A: "${{ «tasks.c.outputs.x» }}" }',
      'unknown_task',
      '`b`',
    ],
  ]),
  noun('retry', flow('retry', 'attempts: 3'), [
    ['attempts', '2', '«0»', 'out_of_range', 'at least 1', flow('retry')],
    ['delay', '5s', '«5»', 'bare_duration', 'Write 5s'],
    ['backoff', 'linear', '«liner»', 'wrong_value', '`linear`'],
    ['factor', '1.5', '«0.5»', 'out_of_range', 'at least 1'],
    ['max_delay', '1m', '«1 minute»', 'bad_duration', '5m'],
    ['jitter', '0.5', '«50»', 'out_of_range', 'at most 1'],
    ['budget', '1h', '«-1h»', 'bad_duration', '5m'],
    ['on', '"error.code == \'timeout\'"', '"«error.cod» == \'timeout\'"', 'unknown_property', '`code`'],
  ]),
  noun('repeat', flow('repeat'), [
    ['until', 'self.outputs.done', '«self.output.done»', 'unknown_property', '`outputs`'],
    ['max', '10', '«0»', 'out_of_range', 'at least 1'],
    ['delay', '5s', '«5»', 'bare_duration', 'Write 5s', flow('repeat', 'max: 3')],
  ]),
  noun('cache', flow('cache', 'key: k'), [
    ['key', '"${{ inputs.n }}"', '"${{ «inputs.m» }}"', 'unknown_input', '`n`', flow('cache')],
    ['files', '[src/**]', '[«"${{ inputs.n }}"»]', 'expression_not_allowed', 'before the run starts'],
    ['ttl', '7d', '«7»', 'bare_duration', 'Write 7s'],
  ]),
  noun('concurrency', flow('concurrency'), [
    ['key', 'db', '«5»', 'wrong_type', '"5" in quotes', flow('concurrency', 'limit: 2')],
    ['limit', '2', '«0»', 'out_of_range', 'at least 1', flow('concurrency', 'key: db')],
  ]),
  noun('run_concurrency', (line) => `${HEAD}concurrency: { ${line}, limit: 1 }\n${TASKS}`, [
    ['key', '"${{ inputs.n }}"', '"${{ «env.N» }}"', 'unknown_context', 'Known here: `inputs`'],
    [
      'limit',
      '2',
      '«0»',
      'out_of_range',
      'at least 1',
      (line) => `concurrency: { key: a, ${line} }\n${TASKS}`,
    ],
    [
      'on_limit',
      'reject',
      '«refuse»',
      'wrong_value',
      '`reject`',
      (line) => `concurrency: { key: a, limit: 1, ${line} }\n${TASKS}`,
    ],
  ]),
  noun('rate_limit', flow('rate_limit'), [
    ['key', 'api', '«[api]»', 'wrong_type', 'text', flow('rate_limit', 'limit: 5', 'per: 1s')],
    ['limit', '5', '«0»', 'out_of_range', 'at least 1', flow('rate_limit', 'key: api', 'per: 1s')],
    ['per', '1s', '«1»', 'bare_duration', 'Write 1s', flow('rate_limit', 'key: api', 'limit: 5')],
    [
      'cost',
      '"${{ inputs.n }}"',
      '«0»',
      'out_of_range',
      'more than 0',
      flow('rate_limit', 'key: api', 'limit: 5', 'per: 1s'),
    ],
  ]),
  noun('notify', flow('notify', 'channel: ops'), [
    ['channel', 'ops', '«the team»', 'bad_name', '`the-team`', flow('notify')],
    ['on', '[failure, late]', '«fail»', 'wrong_value', '`failure`'],
    ['text', '"${{ self.error.message }}"', '"${{ «self.err» }}"', 'unknown_property', '`error`'],
  ]),
  noun('callback', (line) => `${HEAD}callback: { ${line}, url: "https://a.b" }\n${TASKS}`, [
    [
      'url',
      '"https://a.b/${{ run.id }}"',
      '"https://a.b/${{ «run.idd» }}"',
      'unknown_property',
      '`id`',
      (line) => `callback: { ${line} }\n${TASKS}`,
    ],
    ['secret', 'KEY', '«KEYS»', 'unknown_secret', '`KEY`'],
  ]),
  noun('retention', (line) => `retention: { ${line} }\n${TASKS}`, [
    ['age', '{ failed: 90d }', '«90»', 'bare_duration', 'Write 90s'],
    ['count', '100', '«0»', 'out_of_range', 'at least 1'],
  ]),
  noun('age', (line) => `retention: { age: { ${line} } }\n${TASKS}`, [
    ['succeeded', '7d', '«7»', 'bare_duration', 'Write 7s'],
    ['failed', '90d', '«90 days»', 'bad_duration', '2d'],
    ['cancelled', '7d', '«0d»', 'bad_duration', 'more than zero'],
  ]),
  noun('trigger', inTrigger('every: 5m'), [
    ['cron', '"0 6 * * *"', '«"0 6 * *"»', 'bad_cron', 'five fields', inTrigger()],
    ['every', '5m', '«5»', 'bare_duration', 'Write 5s', inTrigger()],
    [
      'at',
      '"2027-01-01T00:00:00Z"',
      '«"2027-13-01T00:00:00Z"»',
      'bad_time',
      '2026-03-01T06:00:00Z',
      inTrigger(),
    ],
    ['after', '{ workflow: other }', '«{ on: success }»', 'missing_key', 'Add `workflow`', inTrigger()],
    ['webhook', '{ path: p, secret: KEY }', '«p»', 'wrong_type', 'a map', inTrigger()],
    ['kafka', '{ topic: t }', '{ «topics»: t }', 'unknown_key', '`topic`', inTrigger()],
    ['timezone', 'Asia/Tokyo', '«Tokyo»', 'bad_timezone', 'Europe/Berlin', inTrigger('cron: "0 6 * * *"')],
    ['catchup', 'last', '«latest»', 'wrong_value', '`last`'],
    ['overlap', 'skip', '«skipped»', 'wrong_value', '`skip`'],
    ['inputs', '{ n: 1 }', '{ n: «one» }', 'bad_input', 'a whole number'],
  ]),
  noun('after', inTriggerOf('after', 'workflow: other'), [
    ['workflow', 'team/other', '«a/b/c»', 'bad_name', '`NAMESPACE/NAME`', inTriggerOf('after')],
    ['on', '[success, failure]', '«succeeded»', 'wrong_value', '`success`'],
    ['window', '1d', '«1»', 'bare_duration', 'Write 1s'],
    ['inputs', '{ n: "${{ trigger.outputs.n }}" }', '{ «m»: 1 }', 'unknown_input', '`n`'],
  ]),
  noun('webhook', inTriggerOf('webhook', 'path: p', 'secret: KEY'), [
    ['path', 'team/build', '«"a b"»', 'wrong_value', '`team/build`', inTriggerOf('webhook', 'secret: KEY')],
    ['secret', 'KEY', '«s3cr-et!»', 'unknown_secret', 'not its value', inTriggerOf('webhook', 'path: p')],
    ['scheme', 'hmac', '«sha256»', 'wrong_value', '`hmac`'],
    ['id', '"trigger.headers.id"', '"«run.id»"', 'unknown_context', '`trigger`'],
    ['inputs', '{ n: 1 }', '{ n: "${{ «inputs.n» }}" }', 'unknown_context', '`trigger`'],
  ]),
  noun('kafka', inTriggerOf('kafka', 'topic: t'), [
    ['topic', 'orders', '«7»', 'wrong_type', '"7" in quotes', inTriggerOf('kafka')],
    ['brokers', '[a:9092, b:9092]', '«9092»', 'wrong_type', 'text or a list'],
    ['group', 'g', '«[g]»', 'wrong_type', 'text'],
    ['from', 'earliest', '«start»', 'wrong_value', '`earliest`'],
    ['inputs', '{ n: 1 }', '«[n]»', 'wrong_type', 'a map'],
  ]),
  noun('need', (line) => inTask(`needs: [{ task: b, ${line} }]`), [
    ['task', 'b', '«bb»', 'unknown_task', '`b`', (line) => inTask(`needs: [{ ${line} }]`)],
    ['when', '[success, skipped]', '«successful»', 'wrong_value', '`success`'],
    [
      'case',
      'big',
      '«bigger»',
      'unknown_case',
      '`big`',
      (line) =>
        `tasks:\n  s: { uses: switch, with: { cases: [{ name: big, if: true }], default: small } }\n  a: { run: x, needs: [{ task: s, ${line} }] }\n`,
    ],
    ['optional', 'true', '«maybe»', 'wrong_type', '`true` or `false`'],
  ]),
  noun('value', (line) => `inputs: { n: { type: integer, ${line} } }\n${TASKS}`, [
    [
      'type',
      'integer',
      '«int»',
      'wrong_value',
      '`integer`',
      (line) => `inputs: { n: { ${line} } }\n${TASKS}`,
    ],
    ['default', '3', '«three»', 'bad_default', 'a whole number'],
    ['required', 'true', '«yes»', 'wrong_type', 'Write true'],
    ['description', 'text', '«3»', 'wrong_type', '"3" in quotes'],
    ['enum', '[1, 2]', '«[]»', 'out_of_range', 'at least 1 item'],
    ['minimum', '1', '«"1"»', 'wrong_type', 'Write 1 without quotes'],
    [
      'maximum',
      '9',
      '«-1»',
      'bad_spec',
      'less than',
      (line) => `inputs: { n: { type: integer, minimum: 0, ${line} } }\n${TASKS}`,
    ],
    [
      'pattern',
      '"^a"',
      '«"("»',
      'bad_spec',
      'no regular expression',
      (line) => `inputs: { n: { type: string, ${line} } }\n${TASKS}`,
    ],
    [
      'items',
      'string',
      '«strings»',
      'wrong_value',
      '`string`',
      (line) => `inputs: { n: { type: array, ${line} } }\n${TASKS}`,
    ],
    [
      'properties',
      '{ a: string }',
      '{ a: «text» }',
      'wrong_value',
      'Known here: `string`',
      (line) => `inputs: { n: { type: object, ${line} } }\n${TASKS}`,
    ],
  ]),
  noun('matrix', flow('matrix', 'os: [a, b]'), [
    ['include', '[{ os: c, n: 1 }]', '[«c»]', 'wrong_type', 'a map'],
    ['exclude', '[{ os: a }]', '[{ «oss»: a }]', 'bad_matrix', '`os`'],
  ]),
];
