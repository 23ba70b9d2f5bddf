/** The one action of a task: it is there, its executor exists, and its options fit as far as they hold no expression. */
import type { z } from 'zod';
import { nearestName } from '../../engine/core/expression/nearest-name.ts';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import { expectedWord } from '../../engine/core/schema-words.ts';
import { describeValue } from '../describe-value.ts';
import { BUILTIN_FACTS, WORKER_CONDITIONS } from '../executor-facts.ts';
import type { Path } from '../position.ts';
import { objectKeys } from '../schema/noun.ts';
import { capital } from '../schema-issue/place.ts';
import { flatten, valueAt } from '../schema-issue/union.ts';
import { rangeProblem } from '../schema-issue/value.ts';
import { alternatives, suggest } from '../suggest.ts';
import { isReservedCase } from '../switch-case.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';

export function checkActions(context: WorkflowContext): void {
  for (const task of context.tasks) {
    checkOneAction(context, task);
    if (task.source.uses !== undefined) checkExecutor(context, task);
    // Options with a mistake of their own (`with: 5`) were reported before and are not there.
    const isReadable = task.source.with !== undefined || !has(task.raw, 'with');
    if (task.source.uses !== undefined && isReadable && task.executor?.options)
      checkOptions(context, task, task.executor.options);
    if (task.executor?.place === 'engine') checkEffects(context, task);
  }
}

function checkOneAction({ document }: WorkflowContext, task: TaskEntry): void {
  const { path, raw, isMap } = task;
  const label = labelOf(task);
  const found = ['run', 'uses', 'workflow'].filter((key) => has(raw, key));
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    const message = `${capital(label)} has both \`${first}\` and \`${second}\`; a task has exactly one action.`;
    const hint = second === 'uses' ? '`run` is short for `uses: shell`. Keep one.' : 'Keep one.';
    document.error({ code: 'two_actions', path: [...path, second], onKey: true, message, hint });
  } else if (has(raw, 'with') && first !== 'uses') {
    const message =
      first === undefined
        ? '`with` gives options, but no `uses` says to what.'
        : `\`${first}\` takes no \`with\`.`;
    document.error({
      code: 'two_actions',
      path: [...path, 'with'],
      onKey: true,
      message,
      hint: WITH_HINTS[first ?? 'none'] ?? 'Add `uses: NAME`.',
    });
  } else if (isMap && first === undefined) {
    const message = `${capital(label)} says nothing to do.`;
    document.error({
      code: 'missing_action',
      path,
      onKey: true,
      message,
      hint: 'Add `run: COMMAND` or `uses: EXECUTOR`. `uses: noop` does nothing.',
    });
  }
}

const WITH_HINTS: Readonly<Record<string, string>> = {
  run: 'Pass values to the process by `env`.',
  workflow: 'Pass values to the other workflow by `inputs`.',
};

/** The task in words. */
function labelOf({ id, undoes }: TaskEntry): string {
  return undoes ? `the compensation of \`${undoes.id}\`` : `the task \`${id}\``;
}

function checkExecutor(
  { document, executors }: WorkflowContext,
  { path, uses = '', executor }: TaskEntry,
): void {
  if (executor) return;
  const at = [...path, 'uses'];
  if (BUILTIN_FACTS.some(({ name }) => name === uses)) {
    const message = `The executor \`${uses}\` is not part of this installation.`;
    document.error({ code: 'unknown_executor', path: at, message });
    return;
  }
  const names = [...executors.keys()];
  const hint = suggest(uses, names) ?? `Known: ${alternatives(names, 'and')}.`;
  document.error({ code: 'unknown_executor', path: at, message: `There is no executor \`${uses}\`.`, hint });
}

function checkOptions({ document }: WorkflowContext, task: TaskEntry, schema: z.ZodType): void {
  const options = (task.source.with ?? {}) as JsonObject;
  const result = schema.safeParse(options);
  if (result.success) return;
  const issues = result.error.issues.flatMap((one) => flatten(one, options));
  const foreign = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const misspelt = new Set(foreign.map((key) => nearestName(key, objectKeys(schema))));
  for (const issue of issues) {
    const inner = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    // That the options as a whole do not fit mostly follows from the misspelt one.
    if (issue.code === 'custom' && inner.length === 0 && (foreign.length > 0 || holdsExpression(options)))
      continue;
    // That an option is missing follows from its being misspelt.
    if (inner.length === 1 && misspelt.has(String(inner[0])) && !has(options, String(inner[0]))) continue;
    if (holdsExpression(nearestValue(options, inner)) || isCheckedElsewhere(task, inner)) continue;
    reportOption(document, task, schema, { issue, inner, value: valueAt(options, inner) });
  }
}

/** Conditions are checked with the other expressions, where mistakes have exact places; names of cases by `switch.ts`. */
function isCheckedElsewhere({ uses, source }: TaskEntry, path: Path): boolean {
  const [option] = path;
  if (uses === 'switch' && isReservedCase(valueAt(source.with ?? {}, path), path)) return true;
  const isText = typeof option === 'string' && typeof source.with?.[option] === 'string';
  return isText && (WORKER_CONDITIONS.get(uses ?? '')?.includes(option) ?? false);
}

interface OptionIssue {
  readonly issue: z.core.$ZodIssue;
  readonly inner: Path;
  readonly value: Json | undefined;
}

function reportOption(
  document: WorkflowContext['document'],
  task: TaskEntry,
  schema: z.ZodType,
  found: OptionIssue,
): void {
  const { issue, inner, value } = found;
  const path = [...task.path, 'with', ...inner];
  const label =
    inner.length === 0 ? 'the options' : `\`${inner.filter((step) => typeof step === 'string').at(-1)}\``;
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const known = inner.length === 0 ? objectKeys(schema) : [];
      const hint =
        suggest(key, known) ?? (known.length > 0 ? `Known: ${alternatives(known, 'and')}.` : undefined);
      document.error({
        code: 'unknown_key',
        path: [...path, key],
        onKey: true,
        message: `\`${task.uses}\` has no option \`${key}\`.`,
        hint,
      });
    }
  } else if (value === undefined) {
    const message = `\`uses: ${task.uses}\` needs the option ${label}.`;
    const at = has(task.raw, 'with') ? path.slice(0, -1) : [...task.path, 'uses'];
    document.error({
      code: 'missing_key',
      path: at,
      onKey: at.length === task.path.length + 1 && has(task.raw, 'with'),
      message,
      hint: `Add ${label} under \`with\`.`,
    });
  } else if (issue.code === 'invalid_type') {
    const message = `${capital(label)} of \`${task.uses}\` must be ${expectedWord(issue.expected)}, but this is ${describeValue(value)}.`;
    document.error({ code: 'bad_options', path, message });
  } else if (/^Too (small|big)/.test(issue.message)) {
    const message = `${capital(label)} of \`${task.uses}\` ${rangeProblem(issue)}, but this is ${describeValue(value)}.`;
    document.error({ code: 'bad_options', path, message });
  } else {
    // The executor's own sentence.
    document.error({
      code: 'bad_options',
      path,
      message: `${capital(label)} of \`${task.uses}\`: ${issue.message.replace(/\.$/, '')}.`,
    });
  }
}

/** The value at the path, or the innermost one around it that exists. */
function nearestValue(options: Json, path: Path): Json {
  for (let length = path.length; length > 0; length--) {
    const value = valueAt(options, path.slice(0, length));
    if (value !== undefined) return value;
    // A missing key is missing, whatever its neighbours hold.
    if (length === path.length) return null;
  }
  return null;
}

function holdsExpression(value: Json): boolean {
  if (typeof value === 'string') return value.includes('${{');
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsExpression);
}

const WORKER_ONLY = [
  'artifacts',
  'files',
  'cwd',
  'shell',
  'queue',
  'queue_timeout',
  'heartbeat',
  'worker_labels',
  'slots',
  'cache',
];

function checkEffects({ document }: WorkflowContext, { path, raw, uses }: TaskEntry): void {
  for (const key of WORKER_ONLY.filter((one) => has(raw, one))) {
    const action = uses === 'workflow' ? '`workflow`' : `\`uses: ${uses}\``;
    const message = `\`${key}\` has no effect: ${action} is done by the engine itself, without a worker.`;
    document.warn({ code: 'no_effect', path: [...path, key], onKey: true, message, hint: 'Remove it.' });
  }
}
