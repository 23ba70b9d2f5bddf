/** `needs`: the tasks exist, stand once, and `case` asks a switch for a case that it has. */
import { type Need, needsOf } from '../dependency.ts';
import { didYouMean, type Suggestion, suggest, suggestion } from '../suggest.ts';
import { caseNamesOf } from '../switch-case.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';
import { FAN_OUT_KEYS } from './fan-out.ts';
import { explainNeed } from './phase.ts';

export function checkNeeds(context: WorkflowContext): void {
  for (const task of context.tasks) {
    const seen = new Set<string>();
    for (const need of needsOf(task)) {
      checkNeed(context, task, need, seen.has(need.task));
      seen.add(need.task);
    }
  }
}

function checkNeed(context: WorkflowContext, task: TaskEntry, need: Need, isRepeated: boolean): void {
  const { document, byId } = context;
  const { path } = need;
  const upstream = byId.get(need.task);
  if (need.task === task.id) {
    document.error({
      code: 'self_reference',
      path,
      message: `The task \`${task.id}\` needs itself.`,
      hint: 'Remove it from `needs`.',
    });
  } else if (!upstream) {
    const several = hintForSeveral(need);
    const advice = several === undefined ? suggestTask(context, need.task) : { hint: several };
    document.error({
      code: 'unknown_task',
      path,
      message: `\`${task.id}\` needs \`${need.task}\`, but there is no such task.`,
      ...advice,
    });
  } else if (upstream.phase !== task.phase) {
    document.error({ code: 'wrong_phase', path, ...explainNeed(task, upstream) });
  } else if (isRepeated) {
    const hint = 'Keep one. Several ends stand in one list: `when: [success, skipped]`.';
    document.error({
      code: 'duplicate_need',
      path,
      message: `\`${task.id}\` needs \`${need.task}\` twice.`,
      hint,
    });
  }
  if (need.when && need.case) {
    const message = 'An edge has either `when` or `case`: a case is met only when the switch succeeds.';
    document.error({
      code: 'when_and_case',
      path: [...path.slice(0, -1), 'when'],
      onKey: true,
      message,
      hint: 'Remove `when`.',
    });
  }
  if (upstream && need.case) checkCases(context, upstream, need.case, [...path.slice(0, -1), 'case']);
}

function checkCases(
  { document }: WorkflowContext,
  upstream: TaskEntry,
  cases: readonly string[],
  path: Need['path'],
): void {
  if (upstream.uses !== 'switch') {
    const message = `\`case\` asks for the choice of \`${upstream.id}\`, which is no \`switch\`.`;
    document.error({
      code: 'not_a_switch',
      path,
      onKey: true,
      message,
      hint: 'Use `when` to ask how a task ended.',
    });
    return;
  }
  if (FAN_OUT_KEYS.some((key) => has(upstream.raw, key))) {
    const message = `The switch \`${upstream.id}\` makes a choice for each of its nodes, so that it has no choice that \`case\` could ask for: the task would always be skipped.`;
    const hint = `Remove the fan-out from \`${upstream.id}\`, or decide for each item by \`if\` in a task with the same fan-out.`;
    document.error({ code: 'switch_fan_out', path, onKey: true, message, hint });
    return;
  }
  const known = caseNamesOf(upstream);
  if (!known) return;
  for (const [i, name] of cases.entries()) {
    if (known.includes(name)) continue;
    const hint =
      name === 'default'
        ? 'Give the switch the option `default` with a name, and ask for that name.'
        : suggest(name, known);
    const message = `The switch \`${upstream.id}\` has no case \`${name}\`.`;
    document.error({ code: 'unknown_case', path: [...path, i], message, hint });
  }
}

/** For several names in one text, as in `needs: one, two`. */
function hintForSeveral({ task, path }: Need): string | undefined {
  if (!task.includes(',')) return undefined;
  const names = task.split(',').map((name) => name.trim());
  if (path.at(-1) === 'needs') return `Write \`[${names.join(', ')}]\`.`;
  return 'Write each task as an item of its own.';
}

/** The nearest task. */
export function suggestTask({ tasks, document }: WorkflowContext, id: string): Suggestion {
  if (document.report.isFull) return {};
  const lower = tasks.find((task) => task.id.toLowerCase() === id.toLowerCase());
  if (lower) return didYouMean(lower.id);
  return suggestion(
    id,
    tasks.map((task) => task.id),
  );
}
