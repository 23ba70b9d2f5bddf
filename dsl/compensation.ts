/**
 * The order in which tasks are undone: the compensation of a task waits for the compensations of everything downstream
 * of it, also through tasks that have none. Only the nearest ones are edges; the rest follows.
 */
import type { PlanEdge } from '../engine/core/plan.ts';
import type { Dependency } from './dependency.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** Many tasks with a compensation on both sides of one without make as many edges as there are pairs. */
const MAX_EDGES = 200_000;

/**
 * Index of a compensation → its edges, which lead to other compensations; undefined when there would be too many. The
 * dependencies hold no cycle.
 */
export function compensationEdges(
  { tasks }: Pick<WorkflowContext, 'tasks'>,
  dependencies: readonly (readonly Dependency[])[],
): ReadonlyMap<number, PlanEdge[]> | undefined {
  const compensationOf = new Map<number, number>();
  for (const { undoes, index } of tasks) if (undoes) compensationOf.set(undoes.index, index);
  if (compensationOf.size === 0) return new Map();
  const downstream = downstreamOf(dependencies);
  const nearest = new Map<number, ReadonlySet<number>>();
  const edges = new Map<number, PlanEdge[]>();
  let count = 0;
  for (const task of fromTheEnd(downstream)) {
    const found = new Set<number>();
    for (const next of downstream[task] ?? []) {
      const own = compensationOf.get(next);
      if (own !== undefined) found.add(own);
      else for (const one of nearest.get(next) ?? []) found.add(one);
    }
    nearest.set(task, found);
    count += found.size;
    if (count > MAX_EDGES) return undefined;
    const compensation = compensationOf.get(task);
    if (compensation !== undefined)
      edges.set(
        compensation,
        [...found].sort((a, b) => a - b).map((from) => ({ from })),
      );
  }
  return edges;
}

function downstreamOf(dependencies: readonly (readonly Dependency[])[]): number[][] {
  const downstream: number[][] = dependencies.map(() => []);
  for (const [task, list] of dependencies.entries())
    for (const { edge } of list) downstream[edge.from]?.push(task);
  return downstream;
}

/** Tasks in an order in which everything downstream comes first. */
function fromTheEnd(downstream: readonly (readonly number[])[]): number[] {
  const waiting = downstream.map((list) => list.length);
  const upstream: number[][] = downstream.map(() => []);
  for (const [task, list] of downstream.entries()) for (const next of list) upstream[next]?.push(task);
  const order = waiting.flatMap((count, task) => (count === 0 ? [task] : []));
  for (let i = 0; i < order.length; i++) {
    for (const task of upstream[order[i] ?? 0] ?? []) {
      waiting[task] = (waiting[task] ?? 0) - 1;
      if (waiting[task] === 0) order.push(task);
    }
  }
  return order;
}
