/**
 * One row for each kind of mistake: what is written, with the expected place between « and »; the code; a part of the
 * fix, or of the message where no fix can be named.
 */
import type { DiagnosticCode } from '../../dsl/index.ts';

export interface Mistake {
  readonly code: DiagnosticCode;
  readonly text: string;
  readonly says: string;
  /** Default: error. */
  readonly severity?: 'warning';
  /** Other diagnostics that follow are allowed; else it must be the only one. */
  readonly others?: true;
  /** Plans that are compiled all the same. Default: none with an error, else one. */
  readonly plans?: number;
}

/** A workflow of one task `a` with these lines. */
const task = (...lines: string[]): string =>
  `tasks:\n  a:\n${lines.map((line) => `    ${line}`).join('\n')}\n`;
/** A task that runs, with one more line. */
const running = (line: string): string => task('run: echo hi', line);
/** Tasks `a` and `b`, each with its keys in flow style. */
const two = (a: string, b: string): string => `tasks:\n  a: { ${a} }\n  b: { ${b} }\n`;

export const MISTAKES: readonly Mistake[] = [
  // YAML
  { code: 'yaml_syntax', text: 'tasks:\n  a:\n    run: "echo\n«»', says: 'quote' },
  { code: 'yaml_syntax', text: 'tasks:\n  a: { run: x }«}»\n', says: 'not opened' },
  { code: 'yaml_syntax', text: 'tasks:\n  a: { run: [x, y }\n  «b»: { run: x }\n', says: '', others: true },
  { code: 'yaml_syntax', text: task('run: x', 'env: { A: {«{» inputs.x }} }'), says: '"${{ … }}"' },
  { code: 'yaml_syntax', text: 'tasks:\n  a:\n«\t»run: x\n', says: 'Indent with spaces' },
  { code: 'yaml_directive', text: '«%YAML» 1.1\n---\ntasks: {}\n', says: 'Remove' },
  { code: 'yaml_tag', text: task('run: !!str «x»'), says: 'Remove it' },
  { code: 'yaml_alias', text: task('run: «*x»'), says: 'write "*x"' },
  { code: 'yaml_alias', text: task('uses: transform', 'with: { value: &v [«*v»] }'), says: 'its own anchor' },
  {
    code: 'yaml_unquoted_expression',
    text: `inputs: { n: integer }\n${task('uses: transform', 'with: { value: «${{ inputs.n }}» }')}`,
    says: 'Write "${{ inputs.n }}"',
  },
  {
    code: 'yaml_unquoted_expression',
    text: `inputs: { n: integer }\n${task('run: [echo, «${{ inputs.n }}»]')}`,
    says: 'Write "${{ inputs.n }}"',
  },
  {
    code: 'yaml_negation',
    text: running('if: «!startsWith(run.id, 3)»'),
    says: '${{ !startsWith(run.id, 3) }}',
  },
  { code: 'yaml_negation', text: running('if: «!run.id && true»'), says: '${{ !run.id && true }}' },
  { code: 'yaml_text_after_quote', text: running("if: «'x' == run.id»"), says: "${{ 'x' == run.id }}" },
  { code: 'yaml_text_after_quote', text: task('run: «"./a.sh" --now»'), says: `Write '"./a.sh" --now'` },
  { code: 'yaml_colon', text: running('description: «Note: this»'), says: 'Write "Note: this"' },
  { code: 'yaml_colon', text: task('run: «echo "a: b"»'), says: `Write 'echo "a: b"'` },
  {
    code: 'yaml_comment',
    text: running("if: «${{ run.id == 'a» #b' }}"),
    says: `write "\${{ run.id == 'a #b' }}"`,
  },
  { code: 'yaml_comment', text: task('run: «echo "a» #1"'), says: `echo "a #1"`, severity: 'warning' },
  { code: 'duplicate_key', text: running('«run»: echo ho'), says: 'the first is on line 3' },
  {
    code: 'duplicate_key',
    text: 'tasks:\n  a: { run: x }\n  «a»: { run: y }\n',
    says: 'the first is on line 2',
  },
  {
    code: 'imprecise_number',
    text: running('env: { N: «9007199254740993» }'),
    says: 'Write "9007199254740993"',
  },
  { code: 'imprecise_number', text: running('env: { N: «.inf» }'), says: 'Write ".inf"' },
  {
    code: 'rewritten_number',
    text: task('run: x', 'matrix: { v: [«3.10», 3.11] }'),
    says: 'Write "3.10"',
    severity: 'warning',
  },
  {
    code: 'rewritten_number',
    text: running('env: { ZIP: «01234» }'),
    says: 'Write "01234"',
    severity: 'warning',
  },
  // Keys
  { code: 'unknown_key', text: running('«retrys»: 3'), says: 'Did you mean `retry`?' },
  { code: 'unknown_key', text: running('«depends_on»: b'), says: 'Did you mean `needs`?' },
  { code: 'unknown_key', text: running('«constructor»: b'), says: 'Known here' },
  { code: 'unknown_key', text: `«on»: push\n${task('run: x')}`, says: 'Did you mean `triggers`?' },
  { code: 'unknown_key', text: `«jobs»: {}\n${task('run: x')}`, says: 'Did you mean `tasks`?' },
  { code: 'unknown_key', text: `«needs»: a\n${task('run: x')}`, says: 'belongs to a task' },
  { code: 'unknown_key', text: running('«labels»: {}'), says: 'belongs to the workflow' },
  { code: 'unknown_key', text: running('retry: { attempts: 2, «intervall»: 1s }'), says: 'Known here' },
  {
    code: 'unknown_key',
    text: running('retry: { attempts: 2, «interval»: 1s }'),
    says: 'Did you mean `delay`?',
  },
  { code: 'unknown_key', text: running('retry: { «count»: 3 }'), says: 'Did you mean `attempts`?' },
  { code: 'unknown_key', text: task('uses: http', 'with: { «ulr»: "https://a.b" }'), says: '`url`' },
  { code: 'unknown_key', text: two('run: x', 'run: x, needs: [{ «name»: a }]'), says: '`task`' },
  {
    code: 'unknown_key',
    text: `inputs: { n: { type: integer, «min»: 1 } }\n${task('run: x')}`,
    says: '`minimum`',
  },
  { code: 'unknown_key', text: two('run: x', 'run: x, needs: [{ «name»: a, task: a }]'), says: '`task`' },
  { code: 'unknown_key', text: `defaults: { «priority»: 3 }\n${task('run: x')}`, says: 'Known here' },
  {
    code: 'unknown_key',
    text: task('uses: http', 'with: { url: "https://a.b", «methd»: GET }'),
    says: '`method`',
  },
  { code: 'unknown_key', text: `«<<»: {}\n${task('run: x')}`, says: 'merge keys' },
  { code: 'missing_key', text: running('retry: «{ delay: 1s }»'), says: '`attempts`' },
  { code: 'missing_key', text: task('uses: «http»'), says: '`url`' },
  {
    code: 'missing_key',
    text: 'name: a\ntasks: { a: { run: x } }\n---\n«tasks: { a: { run: x } }»\n',
    says: '`name: NAME`',
    plans: 1,
  },
  { code: 'empty_value', text: running('«timeout»:'), says: 'Give it a value' },
  { code: 'wrong_type', text: running('fail_fast: «yes»'), says: 'Write true', others: true },
  { code: 'wrong_type', text: running('priority: «"3"»'), says: 'Write 3 without quotes' },
  { code: 'wrong_type', text: running('priority: «1.5»'), says: 'a whole number' },
  { code: 'wrong_type', text: running('description: «7»'), says: 'Write "7" in quotes' },
  { code: 'wrong_type', text: task('run: [echo, «a: b»]'), says: '"a: b"' },
  { code: 'wrong_type', text: 'tasks:\n  «- a: { run: x }»\n', says: 'Write each task as `name:`' },
  { code: 'wrong_type', text: 'tasks:\n  a: «echo hi»\n', says: 'under `run:`' },
  { code: 'wrong_type', text: '«just text»\n', says: 'A workflow is a map' },
  { code: 'wrong_type', text: two('run: x', 'run: x, needs: «{ task: a }»'), says: 'Put it in a list' },
  {
    code: 'wrong_value',
    text: two('run: x', 'run: x, needs: a, trigger_rule: «all_sucess»'),
    says: '`all_success`',
  },
  {
    code: 'wrong_value',
    text: two('run: x', 'run: x, needs: [{ task: a, when: «failed» }]'),
    says: 'failure',
  },
  {
    code: 'wrong_value',
    text: `inputs: { n: «integr» }\n${task('run: x')}`,
    says: 'Did you mean `integer`?',
  },
  { code: 'wrong_value', text: task('run: x', 'foreach: [1]', 'max_failures: «many»'), says: '20%' },
  { code: 'out_of_range', text: running('priority: «10»'), says: 'at most 9' },
  { code: 'out_of_range', text: task('run: x', 'foreach: [1]', 'max_parallel: «0»'), says: 'at least 1' },
  { code: 'out_of_range', text: task('run: «[]»'), says: 'at least 1 item' },
  { code: 'out_of_range', text: running('retry: { attempts: 2, jitter: «2» }'), says: 'at most 1' },
  { code: 'out_of_range', text: running('timeout: «3654d»'), says: 'at most 10 years' },
  { code: 'out_of_range', text: running(`timeout: «${'9'.repeat(400)}s»`), says: 'at most 10 years' },
  { code: 'out_of_range', text: running('retry: { attempts: 2, delay: «P522W» }'), says: 'at most 10 years' },
  { code: 'bare_duration', text: running('timeout: «30»'), says: 'Write 30s' },
  { code: 'bare_duration', text: running('retry: { attempts: 2, delay: «5» }'), says: 'Write 5s' },
  { code: 'bad_duration', text: running('timeout: «3 minutes»'), says: '1h30m' },
  { code: 'bad_duration', text: running('timeout: «0s»'), says: '5m' },
  { code: 'bad_name', text: 'tasks:\n  «my task»: { run: x }\n', says: '`my-task`' },
  { code: 'bad_name', text: 'tasks:\n  «аb»: { run: x }\n', says: 'U+0430' },
  { code: 'bad_name', text: `tasks:\n  «${'a'.repeat(65)}»: { run: x }\n`, says: 'at most 64' },
  { code: 'bad_name', text: `name: «a/b»\n${task('run: x')}`, says: '`a-b`' },
  { code: 'bad_name', text: running('env: { «A-B»: 1 }'), says: '`A_B`' },
  { code: 'bad_name', text: `inputs: { «1st»: string }\n${task('run: x')}`, says: '`_1st`' },
  { code: 'reserved_name', text: running('outputs: { «__proto__»: string }'), says: 'another name' },
  {
    code: 'reserved_name',
    text: task('uses: switch', 'with: { cases: [{ name: «default», if: true }] }'),
    says: 'option `default`',
  },
  { code: 'names_differ_by_case', text: 'tasks:\n  ab: { run: x }\n  «aB»: { run: x }\n', says: 'Rename' },
  {
    code: 'names_differ_by_case',
    text: `inputs: { n: string, «N»: string }\n${task('run: x')}`,
    says: 'Rename',
  },
  {
    code: 'duplicate_name',
    text: 'name: a\ntasks: { a: { run: x } }\n---\nname: «a»\ntasks: { a: { run: x } }\n',
    says: 'Rename',
    plans: 1,
  },
  { code: 'unsafe_path', text: running('artifacts: { p: «../x» }'), says: 'stay in it' },
  { code: 'unsafe_path', text: running('artifacts: { p: «/etc/passwd» }'), says: 'stay in it' },
  // Tasks
  { code: 'no_tasks', text: '«name: a»\n', says: 'no `tasks`' },
  { code: 'no_tasks', text: 'tasks: «{}»\n', says: 'at least one' },
  { code: 'missing_action', text: 'tasks:\n  «a»:\n', says: '`run: COMMAND`' },
  { code: 'missing_action', text: 'tasks:\n  «a»: { env: { A: 1 } }\n', says: '`run: COMMAND`' },
  { code: 'two_actions', text: running('«uses»: noop'), says: 'Keep one' },
  { code: 'two_actions', text: running('«with»: { a: 1 }'), says: 'by `env`' },
  { code: 'unknown_executor', text: task('uses: «htp»'), says: 'Did you mean `http`?' },
  { code: 'bad_options', text: task('uses: http', 'with: { url: «ftp://x» }'), says: 'http://' },
  { code: 'bad_options', text: task('uses: module', 'with: { file: «5» }'), says: 'must be text' },
  {
    code: 'two_fan_outs',
    text: task('run: x', 'foreach: [1]', '«matrix»: { a: [1] }'),
    says: 'axis of a matrix',
  },
  { code: 'needs_fan_out', text: running('«max_parallel»: 3'), says: 'at the top of the workflow' },
  { code: 'empty_fan_out', text: task('run: x', 'foreach: «[]»'), says: 'no items', severity: 'warning' },
  { code: 'empty_fan_out', text: task('run: x', 'matrix: «{}»'), says: 'AXIS' },
  {
    code: 'too_many_items',
    text: task('run: x', `«matrix»: { a: [${'1,'.repeat(400)}], b: [${'1,'.repeat(400)}] }`),
    says: '160000 combinations',
  },
  {
    code: 'bad_matrix',
    text: task('run: x', 'matrix: { os: [a, b], exclude: [{ «oss»: a }] }'),
    says: 'Did you mean `os`?',
  },
  { code: 'no_effect', text: task('uses: noop', '«cwd»: x'), says: 'Remove it', severity: 'warning' },
  // Dependencies
  { code: 'unknown_task', text: two('run: x', 'run: x, needs: [«aa»]'), says: '`a`' },
  { code: 'unknown_task', text: two('run: x', 'run: x, needs: «A»'), says: 'Did you mean `a`?' },
  { code: 'unknown_task', text: two('run: x', 'run: [x, "${{ «tasks.c.outputs.y» }}"]'), says: '`a`' },
  {
    code: 'unknown_task',
    text: 'tasks:\n  a: { run: x }\n  b: { run: x }\n  c:\n    run: x\n    needs: «a, b»\n',
    says: 'Write `[a, b]`',
  },
  {
    code: 'unknown_task',
    text: 'tasks:\n  a: { run: x }\n  b: { run: x }\n  c:\n    run: x\n    needs:\n      - «a, b»\n',
    says: 'an item of its own',
  },
  { code: 'self_reference', text: running('needs: «a»'), says: 'Remove it' },
  {
    code: 'self_reference',
    text: running('env: { A: "${{ «tasks.a.outputs.x» }}" }'),
    says: 'after it has ended',
  },
  { code: 'duplicate_need', text: two('run: x', 'run: x, needs: [a, «a»]'), says: 'Keep one' },
  { code: 'cycle', text: two('run: x, needs: «b»', 'run: x, needs: a'), says: 'a → b → a' },
  {
    code: 'cycle',
    text: two('run: x, needs: b', 'run: [x, "${{ «tasks.a.outputs.y» }}"]'),
    says: '`b` reads ${{ tasks.a.outputs.y }}',
  },
  { code: 'not_a_switch', text: two('run: x', 'run: x, needs: [{ task: a, «case»: y }]'), says: '`when`' },
  {
    code: 'switch_fan_out',
    text: two(
      'uses: switch, foreach: [1, 2], with: { cases: [{ name: big, if: item > 1 }], default: small }',
      'run: x, needs: [{ task: a, «case»: big }]',
    ),
    says: 'by `if` in a task with the same fan-out',
  },
  {
    code: 'unknown_case',
    text: two(
      'uses: switch, with: { cases: [{ name: big, if: true }], default: small }',
      'run: x, needs: [{ task: a, case: «bigg» }]',
    ),
    says: 'Did you mean `big`?',
  },
  {
    code: 'when_and_case',
    text: two(
      'uses: switch, with: { cases: [{ name: big, if: true }], default: small }',
      'run: x, needs: [{ task: a, «when»: success, case: big }]',
    ),
    says: 'Remove `when`',
  },
  {
    code: 'optional_not_allowed',
    text: two('run: x', 'run: x, trigger_rule: one_failed, needs: [{ task: a, «optional»: true }]'),
    says: 'Remove `optional`',
  },
  { code: 'rule_without_needs', text: running('trigger_rule: «all_done»'), says: 'under `needs`' },
  {
    code: 'always_rule',
    text: two('run: x', 'run: x, needs: a, trigger_rule: «always»'),
    says: 'Did you mean `all_done`?',
    severity: 'warning',
  },
  {
    code: 'switch_without_default',
    text: two(
      'uses: switch, «with»: { cases: [{ name: big, if: true }] }',
      'run: x, needs: [{ task: a, case: big }]',
    ),
    says: 'default: NAME',
    severity: 'warning',
  },
  {
    code: 'join_skipped',
    text: 'tasks:\n  a: { run: x }\n  b: { run: x, if: run.id }\n  c: { run: x, needs: [a, «b»] }\n',
    says: 'optional: true',
    severity: 'warning',
  },
  {
    code: 'skippable_output',
    text: `tasks:\n  a: { run: x, if: run.id }\noutputs: { n: "\${{ «tasks.a.outputs.n» }}" }\n`,
    says: '`default(tasks.a.outputs.n, null)`',
    severity: 'warning',
  },
  // Limits and repetitions
  { code: 'bad_repeat', text: running('«repeat»: { delay: 5s }'), says: '`until: CONDITION`' },
  {
    code: 'bad_repeat',
    text: task('uses: fail', 'with: { message: no }', '«repeat»: { max: 3 }'),
    says: 'Remove `repeat`',
  },
  {
    code: 'duplicate_limit',
    text: running('concurrency: [{ key: db, limit: 2 }, { key: «db», limit: 2 }]'),
    says: 'Keep one',
  },
  {
    code: 'limits_differ',
    text: two('run: x, concurrency: { key: db, limit: 2 }', 'run: x, concurrency: { key: db, limit: «3» }'),
    says: 'the same number',
    severity: 'warning',
  },
  // Short forms that the language does not have
  { code: 'wrong_type', text: running('concurrency: «3»'), says: '{ key: NAME, limit: 3 }' },
  { code: 'wrong_type', text: running('repeat: «5»'), says: '{ max: 5 }' },
  { code: 'wrong_type', text: running('compensate: «./undo.sh»'), says: '{ run: ./undo.sh }' },
  { code: 'wrong_type', text: running('worker_labels: «[gpu]»'), says: '{ gpu: true }' },
  { code: 'wrong_type', text: `secrets: «TOKEN»\n${task('run: x')}`, says: '[TOKEN]' },
  { code: 'wrong_type', text: `triggers: «{ every: 5m }»\n${task('run: x')}`, says: 'write `- `' },
  {
    code: 'wrong_type',
    text: `callback: «https://a.b/c»\n${task('run: x')}`,
    says: '{ url: https://a.b/c }',
  },
  {
    code: 'self_reference',
    text: running('repeat: { until: «tasks.a.outputs.x», max: 3 }'),
    says: 'Write `self.outputs.x`',
  },
  // Templates
  {
    code: 'unknown_template',
    text: `templates: { base: { queue: gpu } }\ntasks:\n  a: { run: x, extends: base }\n  b: { run: x, extends: «bas» }\n`,
    says: 'Did you mean `base`?',
  },
  { code: 'unknown_template', text: running('extends: «base»'), says: 'under `templates`' },
  {
    code: 'unused_template',
    text: `templates: { «base»: { queue: gpu } }\n${task('run: x')}`,
    says: '`extends: base`',
    severity: 'warning',
  },
  {
    code: 'cycle',
    text: `templates: { one: { extends: two }, two: { extends: «one» } }\n${running('extends: one')}`,
    says: 'one → two → one',
  },
  // Sub-workflows and handlers
  { code: 'needs_workflow', text: running('«inputs»: { a: 1 }'), says: 'by `env` or `with`' },
  { code: 'needs_workflow', text: running('«detached»: true'), says: 'Remove it' },
  { code: 'file_not_found', text: task('workflow: «./child.yaml»'), says: 'Relative paths start' },
  { code: 'bad_name', text: task('workflow: «a/b/c»'), says: '`NAMESPACE/NAME`' },
  {
    code: 'expression_not_allowed',
    text: task('workflow: «${{ run.id }}»'),
    says: 'before the run starts',
  },
  { code: 'two_actions', text: task('run: x', '«workflow»: y'), says: 'Keep one' },
  {
    code: 'missing_input',
    text: 'name: a\ntasks:\n  «t»: { workflow: b }\n---\nname: b\ninputs: { n: { type: integer, required: true } }\ntasks: { t: { run: x } }\n',
    says: 'inputs: { n: … }',
    plans: 1,
  },
  {
    code: 'bad_input',
    text: 'name: a\ntasks:\n  t: { workflow: b, inputs: { n: «many» } }\n---\nname: b\ninputs: { n: integer }\ntasks: { t: { run: x } }\n',
    says: 'a whole number',
    plans: 1,
  },
  {
    code: 'unknown_input',
    text: 'name: a\ntasks:\n  t: { workflow: b, inputs: { «nn»: 1 } }\n---\nname: b\ninputs: { n: integer }\ntasks: { t: { run: x } }\n',
    says: 'Known here: `n`',
    plans: 1,
  },
  {
    code: 'unknown_output',
    text: 'name: a\ntasks:\n  t: { workflow: b }\n  u: { run: [x, "${{ «tasks.t.outputs.mm» }}"] }\n---\nname: b\ntasks: { t: { run: x } }\noutputs: { m: 1 }\n',
    says: 'Known here: `m`',
    plans: 1,
  },
  { code: 'cycle', text: 'name: a\ntasks:\n  t: { workflow: «a» }\n', says: 'a → a' },
  {
    code: 'wrong_phase',
    text: 'tasks: { a: { run: x } }\non_failure: { alarm: { run: y, needs: «a» } }\n',
    says: 'Handlers start when all tasks have ended',
  },
  {
    code: 'wrong_phase',
    text: 'tasks: { a: { run: x, needs: «tidy» } }\non_finish: { tidy: { run: y } }\n',
    says: 'Handlers run after all tasks',
  },
  {
    code: 'wrong_phase',
    text: 'tasks: { a: { run: x } }\non_finish:\n  b: { run: y }\n  c: { run: [y, "${{ «tasks.b.outputs.n» }}"] }\n',
    says: 'Add `needs: b`',
  },
  {
    code: 'duplicate_name',
    text: 'tasks: { a: { run: x } }\non_finish: { «a»: { run: y } }\n',
    says: 'Rename one of them',
  },
  {
    code: 'names_differ_by_case',
    text: 'tasks: { a: { run: x } }\non_finish: { «A»: { run: y } }\n',
    says: 'Rename one of them',
  },
  {
    code: 'not_in_handler',
    text: 'tasks: { a: { run: x } }\non_finish: { b: { run: y, «compensate»: { run: z } } }\n',
    says: 'Remove it',
  },
  {
    code: 'missing_action',
    text: running('«compensate»: { timeout: 3s }'),
    says: 'the compensation of `a`'.slice(4),
  },
  { code: 'unknown_property', text: running('if: «run.failed_tasks» == 3'), says: 'under `on_failure`' },
  { code: 'unknown_context', text: running('env: { A: "${{ «self.outputs.a» }}" }'), says: 'Known here' },
  {
    code: 'unknown_output',
    text: running('outputs: { id: string }\n    compensate: { run: [rm, "${{ «self.outputs.idd» }}"] }'),
    says: 'Did you mean `id`?',
  },
  // Triggers
  { code: 'bad_trigger', text: `triggers:\n  - «{ inputs: {} }»\n${task('run: x')}`, says: '`cron`' },
  {
    code: 'bad_trigger',
    text: `triggers:\n  - { cron: "0 6 * * *", «every»: 5m }\n${task('run: x')}`,
    says: 'an item of its own',
  },
  {
    code: 'bad_trigger',
    text: `triggers:\n  - { every: 5m, «timezone»: Europe/Berlin }\n${task('run: x')}`,
    says: 'Remove it',
  },
  {
    code: 'bad_trigger',
    text: `secrets: [S]\ninputs: { n: integer }\ntriggers:\n  - { webhook: { path: a, secret: S }, «inputs»: { n: 1 } }\n${task('run: x')}`,
    says: 'within `webhook`',
  },
  {
    code: 'out_of_range',
    text: `triggers:\n  - { every: «500ms» }\n${task('run: x')}`,
    says: '`every: 1s` or more',
  },
  {
    code: 'bad_cron',
    text: `triggers: [{ cron: «"0 25 * * *"» }]\n${task('run: x')}`,
    says: '25',
  },
  { code: 'bad_cron', text: `triggers: [{ cron: «"@often"» }]\n${task('run: x')}`, says: 'five fields' },
  { code: 'bad_cron', text: `triggers: [{ cron: «"0 6 * *"» }]\n${task('run: x')}`, says: 'has 4 fields' },
  {
    code: 'bad_timezone',
    text: `triggers: [{ cron: "0 6 * * *", timezone: «Europe/Berln» }]\n${task('run: x')}`,
    says: 'Europe/Berlin',
  },
  {
    code: 'bad_time',
    text: `triggers: [{ at: «"2026-03-01 06:00"» }]\n${task('run: x')}`,
    says: '2026-03-01T06:00:00Z',
  },
  {
    code: 'unsigned_webhook',
    text: `triggers: [{ «webhook»: { path: a } }]\n${task('run: x')}`,
    says: '`secret: NAME`',
    severity: 'warning',
  },
  {
    code: 'missing_input',
    text: `inputs: { n: { type: integer, required: true } }\ntriggers:\n  - «{ every: 5m }»\n${task('run: x')}`,
    says: 'inputs: { n: … }',
  },
  // Secrets
  {
    code: 'unknown_secret',
    text: running('env: { A: "${{ «secrets.TOKEN» }}" }'),
    says: '`secrets: [TOKEN]`',
  },
  {
    code: 'unknown_secret',
    text: `secrets: [TOKEN]\n${running('env: { A: "x ${{ «secrets.TOKN» }}" }')}`,
    says: 'Did you mean `TOKEN`?',
  },
  {
    code: 'unknown_secret',
    text: `callback: { url: "https://a.b", secret: «KEY» }\n${task('run: x')}`,
    says: '`secrets: [KEY]`',
  },
  {
    code: 'secret_not_allowed',
    text: `secrets: [A]\n${running('if: «secrets.A» == 3')}`,
    says: '`env` and `with`',
  },
  {
    code: 'secret_not_allowed',
    text: `secrets: [A]\n${task('run: [x, "${{ «secrets.A» }}"]')}`,
    says: 'Pass it by `env`',
  },
  {
    code: 'secret_not_allowed',
    text: `secrets: [A]\n${task('uses: transform', 'with: { value: { a: "${{ «secrets.A» }}" } }')}`,
    says: 'Only tasks that a worker runs',
  },
  {
    code: 'secret_in_expression',
    text: `secrets: [A]\n${running('env: { A: "${{ upper(«secrets.A») }}" }')}`,
    says: 'as it is',
  },
  {
    code: 'secret_in_expression',
    text: `secrets: [A]\n${task('env: { A: "${{ secrets.A }}" }', 'run: [x, "${{ «env.A» }}"]')}`,
    says: 'in its environment',
  },
  // Expressions
  { code: 'expression_syntax', text: running('if: "run.id ==«=» 3"'), says: '', others: true },
  { code: 'expression_syntax', text: running('if: «success»()'), says: 'all_success', others: true },
  { code: 'expression_syntax', text: running('env: { A: "x «${{ run.id» " }'), says: '}}', others: true },
  { code: 'expression_syntax', text: running('if: «lenght»(run.id)'), says: 'length', others: true },
  {
    code: 'expression_in_script',
    text: `inputs: { year: integer }\n${task('run: echo «${{ inputs.year }}»')}`,
    says: 'env: { YEAR: "${{ inputs.year }}" }',
  },
  {
    code: 'expression_in_script',
    text: `inputs: { year: integer }\n${task('run: |', '  set -e', '  echo «${{ inputs.year }}»')}`,
    says: '"$YEAR"',
  },
  {
    code: 'expression_not_allowed',
    text: running('timeout: «${{ inputs.t }}»'),
    says: 'before the run starts',
  },
  {
    code: 'expression_not_allowed',
    text: running('queue: «${{ inputs.t }}»'),
    says: 'before the run starts',
  },
  {
    code: 'expression_not_allowed',
    text: running('shell: «${{ inputs.t }}»'),
    says: 'before the run starts',
  },
  {
    code: 'expression_not_allowed',
    text: `labels: { a: «"\${{ inputs.t }}"» }\n${task('run: x')}`,
    says: 'before the run starts',
  },
  { code: 'expression_expected', text: task('run: x', 'foreach: «run.items»'), says: '"${{ run.items }}"' },
  { code: 'expression_expected', text: running('files: { a.csv: «b.csv» }'), says: 'artifacts' },
  {
    code: 'missing_braces',
    text: `inputs: { city: string }\n${running('env: { CITY: «inputs.city» }')}`,
    says: 'Did you mean "${{ inputs.city }}"?',
    severity: 'warning',
  },
  {
    code: 'missing_braces',
    text: `tasks:\n  a: { run: x }\noutputs: { rows: «"tasks.a.outputs.rows[0]"» }\n`,
    says: '"${{ tasks.a.outputs.rows[0] }}"',
    severity: 'warning',
  },
  {
    code: 'missing_braces',
    text: two('run: x', 'uses: transform, needs: a, with: { value: { v: [1, «tasks.a.outputs.n»] } }'),
    says: '"${{ tasks.a.outputs.n }}"',
    severity: 'warning',
  },
  {
    code: 'missing_braces',
    text: task('run: [resize, «item»]', 'foreach: [1, 2]'),
    says: '"${{ item }}"',
    severity: 'warning',
  },
  {
    code: 'missing_braces',
    text: task('run: x', 'matrix: { os: [a] }', 'env: { OS: «matrix.os» }'),
    says: '"${{ matrix.os }}"',
    severity: 'warning',
  },
  {
    code: 'missing_braces',
    text: `inputs: { n: integer }\n${task('run: x', 'foreach: [1, «inputs.n»]')}`,
    says: '"${{ inputs.n }}"',
    severity: 'warning',
  },
  { code: 'unknown_context', text: running('if: «item» > 2'), says: 'tasks with `foreach`' },
  { code: 'unknown_context', text: running('if: «matrix.os» == 3'), says: 'tasks with `matrix`' },
  { code: 'unknown_context', text: running('if: «env.A» == 3'), says: 'Known here: `inputs`' },
  {
    code: 'unknown_context',
    text: `env: { A: "\${{ «tasks.a.outputs.x» }}" }\n${task('run: x')}`,
    says: 'in the task that needs them',
  },
  {
    code: 'unknown_input',
    text: `inputs: { year: integer }\n${running('if: «inputs.yeer» == 3')}`,
    says: '`year`',
  },
  { code: 'unknown_input', text: running('if: «inputs.yeer» == 3'), says: 'Declare it' },
  {
    code: 'unknown_output',
    text: two('run: x, outputs: { rows: integer }', 'run: x, if: «tasks.a.outputs.row» > 3'),
    says: 'Did you mean `rows`?',
  },
  {
    code: 'unknown_output',
    text: two('uses: http, with: { url: "https://a.b" }', 'run: x, if: «tasks.a.outputs.state» == 200'),
    says: 'status',
  },
  {
    code: 'unknown_artifact',
    text: two(
      'run: x, artifacts: { model: m.bin }',
      'run: x, files: { m: "${{ «tasks.a.artifacts.modle» }}" }',
    ),
    says: 'Did you mean `model`?',
  },
  { code: 'unknown_property', text: two('run: x', "run: x, if: «tasks.a.state» == 'x'"), says: '`status`' },
  { code: 'unknown_property', text: running("if: «run.nmae» == 'x'"), says: '' },
  {
    code: 'unknown_property',
    text: running("retry: { attempts: 2, on: «error.cod» == 'timeout' }"),
    says: '`code`',
  },
  { code: 'unknown_axis', text: task('matrix: { os: [a] }', 'run: [x, "${{ «matrix.so» }}"]'), says: '`os`' },
  { code: 'unknown_env', text: task('env: { HOST: a }', 'run: [x, "${{ «env.HSOT» }}"]'), says: '`HOST`' },
  {
    code: 'dynamic_task',
    text: running('if: «tasks[run.id].outputs.x»'),
    says: 'Name the task',
    others: true,
  },
  // Declarations
  { code: 'bad_spec', text: `inputs: { n: «{ type: enum }» }\n${task('run: x')}`, says: 'enum: [' },
  {
    code: 'bad_spec',
    text: `inputs: { n: { type: string, «minimum»: 1 } }\n${task('run: x')}`,
    says: 'Remove it',
  },
  {
    code: 'bad_spec',
    text: `inputs: { n: { type: string, pattern: «"("» } }\n${task('run: x')}`,
    says: 'no regular expression',
  },
  {
    code: 'bad_spec',
    text: `inputs: { n: { type: integer, minimum: 3, maximum: «2» } }\n${task('run: x')}`,
    says: 'less than',
  },
  {
    code: 'bad_default',
    text: `inputs: { n: { type: integer, default: «x» } }\n${task('run: x')}`,
    says: 'a whole number',
  },
  {
    code: 'bad_default',
    text: `inputs: { n: { type: enum, enum: [a, b], default: «c» } }\n${task('run: x')}`,
    says: 'one of',
  },
];
