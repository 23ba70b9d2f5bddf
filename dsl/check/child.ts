/** `workflow`, `inputs`, `detached`: they stand together, and a known child takes what it is given. */
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';
import { checkGivenInputs } from './given-input.ts';

export function checkChildren({ document, tasks }: WorkflowContext): void {
  for (const task of tasks) {
    if (task.undoes) continue;
    if (!has(task.raw, 'workflow')) checkStray(document, task);
    const plan = task.child?.plan;
    if (!plan) continue;
    const given = task.source.inputs ?? {};
    const owner = `The workflow \`${plan.name}\``;
    checkGivenInputs(document, { specs: plan.inputs, given, holder: task.path, owner });
  }
}

function checkStray(document: WorkflowContext['document'], { path, raw }: TaskEntry): void {
  for (const key of ['inputs', 'detached'].filter((one) => has(raw, one))) {
    const message = `\`${key}\` has a meaning only beside \`workflow\`.`;
    const hint =
      key === 'inputs'
        ? 'Inputs of a run are declared at the top of the workflow; a task takes values by `env` or `with`.'
        : 'Remove it.';
    document.error({ code: 'needs_workflow', path: [...path, key], onKey: true, message, hint });
  }
}
