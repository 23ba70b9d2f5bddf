import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { builtinExecutors } from '../../executors/index.ts';
import { runTestFile } from '../../testing/index.ts';
import { loadWorkflow } from '../../testing/load-workflow.ts';

const EXECUTORS = builtinExecutors();
const folder = mkdtempSync(join(tmpdir(), 'sluice-tests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WORKFLOW = `
inputs: { amount: { type: integer, default: 10 } }
tasks:
  check: { uses: switch, with: { cases: [{ name: big, if: inputs.amount > 100 }], default: small } }
  review: { needs: [{ task: check, case: big }], run: [./review] }
  charge:
    needs: [{ task: check, case: small }]
    run: [./charge, "\${{ inputs.amount }}"]
    env: { AMOUNT: "\${{ inputs.amount }}" }
    retry: { attempts: 3, delay: 10m, on: error.exit_code == 75 }
    outputs: { id: string }
  mails: { needs: charge, foreach: [a, b, c], run: [./mail, "\${{ item }}"], max_failures: 1 }
outputs: { id: "\${{ tasks.charge.outputs.id }}" }
`;
writeFileSync(join(folder, 'order.yaml'), WORKFLOW);
writeFileSync(join(folder, 'broken.yaml'), 'tasks: { a: { rum: x } }\n');

function runText(text: string, name = 'order.test.yaml') {
  const load = (path: string) => loadWorkflow(path, EXECUTORS);
  return runTestFile({ path: join(folder, name), text, executors: EXECUTORS, load });
}

/** One test with the stubs that let an order pass. */
async function runOne(expectation: string, more = '') {
  const text = `stubs: { charge: { outputs: { id: c1 }, delay: 2s }, "*": {} }\ntests:\n  - name: one\n    ${more}\n    expect: ${expectation}\n`;
  const { tests, diagnostics } = await runText(text);
  expect(diagnostics).toEqual([]);
  return tests[0]?.unmet.map(({ message, line, column, why }) => ({ message, line, column, why }));
}

describe('expectations', () => {
  it.each([
    ['{}'],
    ['{ status: succeeded, error: null, outputs: { id: c1 } }'],
    ['{ tasks: { review: skipped, "mails[2]": succeeded }, not_run: review }'],
    [
      '{ tasks: { charge: { attempts: 1, env: { AMOUNT: "10" }, with: { argv: [./charge, 10] }, duration: 2s } } }',
    ],
    ['{ order: [check, charge, mails], duration: 2s, attempts: { mails: 3 } }'],
    ['{ order: [[charge, "mails[0]"], [check, mails]], duration: { min: 1s, max: 3s } }'],
  ])('%s is met', async (text) => {
    expect(await runOne(text)).toEqual([]);
  });

  it.each([
    ['{ status: failed }', 'the run: expected failed, but it has succeeded', 5, 23],
    ['{ outputs: { id: c2 } }', 'output id: expected "c2", but it is "c1"', 5, 30],
    ['{ tasks: { mails: failed } }', 'mails: expected failed, but it has succeeded', 5, 31],
    ['{ attempts: { charge: 2 } }', 'charge: expected 2 attempts, but there were 1', 5, 35],
    [
      '{ not_run: [review, charge] }',
      'charge: expected never to run, but it was tried once and is succeeded',
      5,
      33,
    ],
    ['{ order: [mails, charge] }', 'charge: expected to begin after mails had ended', 5, 30],
    ['{ order: [charge, review] }', 'review: expected to begin, but it was skipped', 5, 31],
    ['{ duration: { max: 1s } }', 'the run: expected to take at most 1s, but it took 2.0s', 5, 32],
    ['{ error: boom }', 'the error of the run: expected "boom" in it, but there is none', 5, 22],
    ['{ tasks: { charge: { env: { AMOUNT: 10 } } } }', '(a number was expected, this is text)', 5, 49],
    [
      '{ tasks: { charge: { with: { file: x } } } }',
      'option file: expected "x", but there is none; it has argv',
      5,
      48,
    ],
  ])('%s is not met, and says so at its place', async (text, message, line, column) => {
    const unmet = await runOne(text);
    expect(unmet).toHaveLength(1);
    expect(unmet?.[0]).toMatchObject({ line, column });
    expect(unmet?.[0]?.message).toContain(message);
  });

  it('says why a node came out as it did', async () => {
    const [status, node] =
      (await runOne('{ tasks: { mails: succeeded } }', 'stubs: { charge: { fail: card refused } }')) ?? [];
    expect(status).toMatchObject({ why: expect.stringContaining('charge') });
    expect(node).toMatchObject({
      message: 'mails: expected succeeded, but it did not run, since one before it failed (upstream_failed)',
      why: 'of what it needs, charge is failed (exit_code: card refused)',
    });
  });

  it('takes stubs for items and for attempts', async () => {
    const more =
      'stubs: { mails: { items: [{}, { exit_code: 9 }] }, charge: [{ exit_code: 75 }, { outputs: { id: c2 } }] }';
    const met =
      '{ outputs: { id: c2 }, attempts: { charge: 2 }, duration: 10m, tasks: { mails: succeeded, "mails[1]": { status: failed, error: { code: exit_code, message: "code 9" } } } }';
    expect(await runOne(met, more)).toEqual([]);
  });

  it('stops at a task without stub', async () => {
    const { tests } = await runText('tests: [{ name: one }]\n');
    expect(tests[0]).toMatchObject({
      outcome: 'failed',
      unmet: [{ message: 'the task charge has no stub' }],
    });
  });

  it('leaves out what is to be skipped or does not match the filter', async () => {
    const text =
      'tests: [{ name: one, skip: later }, { name: two, stubs: { "*": {}, charge: { outputs: { id: x } } } }]';
    expect((await runText(text)).tests.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['skipped', 'later'],
      ['passed', undefined],
    ]);
    const load = (path: string) => loadWorkflow(path, EXECUTORS);
    const path = join(folder, 'order.test.yaml');
    const { tests } = await runTestFile({ path, text, executors: EXECUTORS, load, filter: 'TW' });
    expect(tests.map(({ name }) => name)).toEqual(['two']);
  });
});

describe('mistakes of a test file', () => {
  it.each([
    ['tests: []', 'out_of_range', 1, 8, ''],
    ['workflow: order.yaml', 'missing_key', 1, 1, 'Add `tests:`.'],
    ['tests: [{ nam: x }]', 'unknown_key', 1, 11, 'Did you mean `name`?'],
    ['test: []', 'unknown_key', 1, 1, 'It is `tests` here.'],
    ['tests: [{ name: x, mocks: {} }]', 'unknown_key', 1, 20, 'It is `stubs` here.'],
    ['tests: [{ name: x, stubs: { chrge: {} } }]', 'unknown_task', 1, 29, 'Did you mean `charge`?'],
    ['tests: [{ name: x, stubs: { check: {} } }]', 'no_effect', 1, 29, 'Choose inputs'],
    [
      'tests: [{ name: x, stubs: { charge: { output: {} } } }]',
      'unknown_key',
      1,
      39,
      'It is `outputs` here.',
    ],
    ['tests: [{ name: x, stubs: { charge: { outputs: { ID: 1 } } } }]', 'unknown_output', 1, 50, '`id`'],
    ['tests: [{ name: x, stubs: { charge: { items: [{}] } } }]', 'needs_fan_out', 1, 39, 'a list'],
    ['tests: [{ name: x, stubs: { charge: { fail: no, hang: true } } }]', 'two_actions', 1, 49, ''],
    ['tests: [{ name: x, stubs: { charge: { delay: 5 } } }]', 'bare_duration', 1, 46, 'Write 5s'],
    ['tests: [{ name: x, stubs: { charge: { delay: soon } } }]', 'bad_duration', 1, 46, ''],
    [
      'tests: [{ name: x, stubs: { charge: { fail: { code: exitcode } } } }]',
      'wrong_value',
      1,
      53,
      '`exit_code`',
    ],
    ['tests: [{ name: x, inputs: { amout: 1 } }]', 'unknown_input', 1, 30, 'Did you mean `amount`?'],
    ['tests: [{ name: x, inputs: { amount: ten } }]', 'wrong_value', 1, 38, ''],
    ['tests: [{ name: x, now: yesterday }]', 'wrong_value', 1, 25, 'Write 2026'],
    ['tests: [{ name: x, timeline: [{ at: 5m }] }]', 'missing_key', 1, 31, 'signal'],
    ['tests: [{ name: x, expect: { tasks: { shp: succeeded } } }]', 'unknown_task', 1, 39, ''],
    ['tests: [{ name: x, expect: { tasks: { charge: success } } }]', 'wrong_value', 1, 47, '`succeeded`'],
    ['tests: [{ name: x, expect: { tasks: { "charge[1]": failed } } }]', 'needs_fan_out', 1, 39, ''],
    ['tests: [{ name: x, expect: { outputs: { di: 1 } } }]', 'unknown_output', 1, 41, '`id`'],
    ['tests: [{ name: x }, { name: x }]', 'duplicate_name', 1, 30, ''],
    ['workflow: other.yaml\ntests: [{ name: x }]', 'file_not_found', 1, 11, ''],
    ['workflow: order.yaml#refund\ntests: [{ name: x }]', 'file_not_found', 1, 11, 'It has order'],
    ['', 'empty_file', 1, 1, 'tests:'],
    ['- x', 'wrong_type', 1, 1, ''],
  ])('%s', async (text, code, line, column, hint) => {
    const { diagnostics, tests } = await runText(text);
    expect(tests).toEqual([]);
    expect(diagnostics[0]).toMatchObject({ severity: 'error', code, line, column });
    expect(diagnostics[0]?.hint ?? '').toContain(hint);
  });

  it('shows all at once', async () => {
    const text =
      'tests:\n  - { name: x, inputs: { a: 1 }, stubs: { b: {} } }\n  - { name: y, expect: { not_run: c } }\n';
    expect((await runText(text)).diagnostics.map(({ code }) => code)).toEqual([
      'unknown_input',
      'unknown_task',
      'unknown_task',
    ]);
  });

  it('shows the mistakes of the workflow', async () => {
    const { workflow } = await runText('workflow: broken.yaml\ntests: [{ name: x }]\n');
    expect(workflow?.diagnostics.map(({ code }) => code)).toEqual(['missing_action', 'unknown_key']);
  });
});
