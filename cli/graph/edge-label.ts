/** What an edge says beyond "after": its `when`, `case` or `optional`. */
import type { Plan, PlanEdge, PlanTask } from '../../engine/core/plan.ts';

export function edgeLabel({ when, case: cases, optional }: PlanEdge): string {
  const parts = [
    ...(when === undefined ? [] : [`when ${when.join(' or ')}`]),
    ...(cases === undefined ? [] : [`case ${cases.join(' or ')}`]),
    ...(optional === undefined ? [] : ['optional']),
  ];
  return parts.join(', ');
}

/** The task's name, with what makes it several nodes. */
export function taskLabel(task: PlanTask): string {
  return task.fanOut === undefined ? task.id : `${task.id} (${task.fanOut.kind})`;
}

export interface DrawnEdge {
  /** Indices of tasks. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** It comes from a reference in an expression. */
  readonly isData: boolean;
}

export function edgesOf(plan: Plan): DrawnEdge[] {
  return plan.tasks.flatMap((task, to) =>
    task.edges.map((edge) => ({ from: edge.from, to, label: edgeLabel(edge), isData: edge.data === true })),
  );
}
