/** Which failures of a run count: those that made it fail, apart from those that the workflow allows. */
import type { Plan } from '../../engine/core/plan.ts';
import type { NodeView, RunView } from '../../engine/runtime/client/run-view.ts';

export interface FailedNode {
  readonly node: NodeView;
  /** By `allow_failure`, or within the `max_failures` of a fan-out. */
  readonly isAllowed: boolean;
}

/**
 * What ended the run first, then other failures, then allowed ones; each group in the order of the file.
 * A fan-out's task is left out where nodes of it tell the reason themselves.
 */
export function failedNodes(run: RunView, plan: Plan): FailedNode[] {
  const counted = countedTasks(run, plan);
  const failed = run.nodes.filter(({ status }) => status === 'failed');
  const told = new Set(failed.filter(({ index }) => index !== null).map(({ task }) => task));
  const shown = failed.filter(({ index, task }) => index !== null || !told.has(task));
  const rank = ({ task }: NodeView) => (task === run.error?.task ? 0 : counted.has(task) ? 1 : 2);
  return shown
    .map((node) => ({ node, isAllowed: !counted.has(node.task), rank: rank(node) }))
    .sort((a, b) => a.rank - b.rank);
}

/** Ids of tasks that may fail without harm to the run. */
export function allowedTasks(plan: Plan): ReadonlySet<string> {
  return new Set(plan.tasks.filter(({ allowFailure }) => allowFailure).map(({ id }) => id));
}

function countedTasks(run: RunView, plan: Plan): ReadonlySet<string> {
  const allowed = allowedTasks(plan);
  const failed = run.nodes.filter(({ index, status }) => index === null && status === 'failed');
  return new Set(failed.map(({ task }) => task).filter((task) => !allowed.has(task)));
}
