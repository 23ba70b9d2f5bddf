/** `trigger_rule`: it has needs to ask about, and does not contradict `optional`. */
import { RULES_WITHOUT_OPTIONAL } from '../../engine/core/trigger-rule.ts';
import { needsOf } from '../dependency.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';

export function checkTriggerRules(context: WorkflowContext): void {
  for (const task of context.tasks) {
    if (task.source.trigger_rule !== undefined) checkRule(context, task, task.source.trigger_rule);
  }
}

function checkRule(
  { document }: WorkflowContext,
  task: TaskEntry,
  rule: NonNullable<TaskEntry['source']['trigger_rule']>,
): void {
  const path = [...task.path, 'trigger_rule'];
  const hasNeeds =
    has(task.raw, 'needs') && !(Array.isArray(task.raw['needs']) && task.raw['needs'].length === 0);
  if (!hasNeeds && rule !== 'all_success') {
    const message = `\`${task.id}\` has no \`needs\`, so that \`${rule}\` has nothing to ask about.`;
    document.error({
      code: 'rule_without_needs',
      path,
      message,
      hint: 'Name the tasks under `needs`, or remove `trigger_rule`.',
    });
  } else if (rule === 'always') {
    const message = `With \`always\` the task \`${task.id}\` starts at once and waits for none of its needs.`;
    document.warn({ code: 'always_rule', path, message, hint: 'Did you mean `all_done`?' });
  }
  if (!RULES_WITHOUT_OPTIONAL.includes(rule)) return;
  for (const need of needsOf(task)) {
    if (!need.optional) continue;
    const message = `\`optional\` leaves out every edge that is no success, so that \`${rule}\` would have nothing left to ask about.`;
    document.error({
      code: 'optional_not_allowed',
      path: [...need.path.slice(0, -1), 'optional'],
      onKey: true,
      message,
      hint: 'Remove `optional`.',
    });
  }
}
