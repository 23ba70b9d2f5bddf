/** `uses: switch`: cases are named once each; a used switch has a default. */
import { needsOf } from '../dependency.ts';
import { casesOf } from '../switch-case.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';

export function checkSwitches(context: WorkflowContext): void {
  const switches = context.tasks.filter((task) => task.uses === 'switch');
  if (switches.length === 0) return;
  const asked = new Set(
    context.tasks.flatMap((task) => needsOf(task).flatMap((need) => (need.case ? [need.task] : []))),
  );
  for (const task of switches) {
    checkCaseNames(context, task);
    if (asked.has(task.id) && !has(task.source.with ?? {}, 'default')) warnWithoutDefault(context, task);
  }
}

function checkCaseNames({ document }: WorkflowContext, task: TaskEntry): void {
  const seen = new Map<string, string>();
  for (const [i, { name }] of (casesOf(task) ?? []).entries()) {
    if (typeof name !== 'string') continue;
    const path = [...task.path, 'with', 'cases', i, 'name'];
    const other = seen.get(name.toLowerCase());
    if (name === 'default') {
      const hint = 'Name what is chosen when no case holds by the option `default` of the switch.';
      document.error({
        code: 'reserved_name',
        path,
        message: 'A case cannot be called `default`: that name is reserved.',
        hint,
      });
    } else if (other !== undefined) {
      const code = other === name ? 'duplicate_name' : 'names_differ_by_case';
      const message =
        other === name
          ? `The case \`${name}\` stands twice.`
          : `The cases \`${name}\` and \`${other}\` differ only by case.`;
      document.error({ code, path, message, hint: 'Join their conditions with ||, or rename one.' });
    }
    seen.set(name.toLowerCase(), name);
  }
}

function warnWithoutDefault({ document }: WorkflowContext, task: TaskEntry): void {
  document.warn({
    code: 'switch_without_default',
    path: [...task.path, 'with'],
    onKey: true,
    message: `The switch \`${task.id}\` has no \`default\`: when no case holds, every task that asks for a case is skipped.`,
    hint: 'Add `default: NAME` under `with`.',
  });
}
