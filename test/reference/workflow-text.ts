/** A draft as its author would write it (JSON is YAML), and the work of its tasks. */
import type { StubCall, Stubs } from '../../testing/stub.ts';
import { answerOf, CASES, type Draft, type DraftNeed, type DraftRead, type DraftTask } from './draft.ts';

/** Values that conditions are about. */
export const INPUTS = { yes: true, no: false, broken: '{' } as const;

export function workflowText(draft: Draft): string {
  const phases = {
    main: 'tasks',
    on_success: 'on_success',
    on_failure: 'on_failure',
    on_finish: 'on_finish',
  };
  const parts = Object.entries(phases).map(([phase, key]): [string, object] => [
    key,
    Object.fromEntries(
      draft.tasks.filter((task) => task.phase === phase).map((task) => [task.id, taskOf(draft, task)]),
    ),
  ]);
  return JSON.stringify({
    name: 'drafted',
    inputs: { yes: { type: 'boolean' }, no: { type: 'boolean' }, broken: { type: 'string' } },
    ...Object.fromEntries(parts.filter(([, tasks]) => Object.keys(tasks).length > 0)),
    outputs: Object.fromEntries(draft.outputs.map((read, i) => [`o${i}`, readText(draft, read)])),
  });
}

function taskOf(draft: Draft, task: DraftTask): object {
  const { needs, rule, condition, choice, items, isOneByOne, maxFailures, allowFailure, attempts, reads } =
    task;
  const isFan = items !== undefined;
  const env = Object.fromEntries(reads.map((read, i) => [`R${i}`, readText(draft, read)]));
  return {
    ...(needs.length > 0 ? { needs: needs.map((need) => needOf(draft, need)), trigger_rule: rule } : {}),
    ...(condition ? { if: conditionText(draft, condition) } : {}),
    ...(choice === undefined ? { run: ['work'] } : { uses: 'switch', with: switchOf(choice) }),
    ...(choice === undefined && reads.length > 0 ? { env } : {}),
    ...(isFan ? { foreach: Array.from({ length: items }, (_, i) => i), fail_fast: isOneByOne } : {}),
    ...(isFan && isOneByOne ? { max_parallel: 1 } : {}),
    ...(isFan && maxFailures > 0 ? { max_failures: maxFailures } : {}),
    ...(allowFailure ? { allow_failure: true } : {}),
    ...(attempts > 1 && choice === undefined ? { retry: { attempts, delay: '1s', backoff: 'fixed' } } : {}),
  };
}

function needOf(draft: Draft, { task, ...how }: DraftNeed): object | string {
  return Object.keys(how).length === 0 ? idOf(draft, task) : { task: idOf(draft, task), ...how };
}

function idOf({ tasks }: Draft, task: number): string {
  return tasks[task]?.id ?? '';
}

function readText(draft: Draft, { task, isSafe }: DraftRead): string {
  const reference = `tasks.${idOf(draft, task)}.outputs.v`;
  return isSafe ? `\${{ default(${reference}, 'none') }}` : `\${{ ${reference} }}`;
}

function conditionText(draft: Draft, condition: NonNullable<DraftTask['condition']>): string {
  if (condition.kind === 'fixed') return condition.holds ? 'inputs.yes' : 'inputs.no';
  if (condition.kind === 'error') return 'fromJSON(inputs.broken).x';
  if (condition.kind === 'item') return `item < ${condition.below}`;
  return `tasks.${idOf(draft, condition.of)}.status == 'succeeded'`;
}

/** The first true case is taken, without one the default; a switch that chooses nothing has no default. */
function switchOf(choice: string | null): object {
  const [red, green, blue] = CASES;
  const cases = [red, green].map((name) => ({ name, if: name === choice ? 'inputs.yes' : 'inputs.no' }));
  return choice === null ? { cases: [...cases, { name: blue, if: 'inputs.no' }] } : { cases, default: blue };
}

/** The work of every task: takes its time, fails as often as drafted, and answers a value made of what it was given. */
export function stubsOf(draft: Draft): Stubs {
  const byId = new Map(draft.tasks.map((task) => [task.id, task]));
  return {
    '*': ({ task: id, index = 0, attempt, env }: StubCall) => {
      const task = byId.get(id);
      const { takesMs, failures } = task?.work[index] ?? { takesMs: 0, failures: 0 };
      if (attempt <= failures)
        return { delayMs: takesMs, fail: { code: 'exit_code' as const, message: 'it fails' } };
      const reads = (task?.reads ?? []).map((_read, i) => env[`R${i}`] ?? '');
      return { delayMs: takesMs, outputs: { v: answerOf(id, index, reads) } };
    },
  };
}
