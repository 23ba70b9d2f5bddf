/** Which tasks may be skipped in a run in which nothing fails. */
import type { PlanEdge } from '../../engine/core/plan.ts';
import type { TriggerRule } from '../../engine/core/trigger-rule.ts';
import { isConditional } from '../condition.ts';
import type { Dependency } from '../dependency.ts';
import type { WorkflowContext } from '../workflow-context.ts';

/** Rules that wait for what a good run does not have. */
const WITHOUT_SUCCESS: readonly TriggerRule[] = ['all_failed', 'one_failed', 'all_skipped'];
/** Rules under which one skipped edge is enough. Others need all of them skipped, which cannot be told beforehand. */
const WITHOUT_SKIPPED: readonly TriggerRule[] = ['all_success', 'none_skipped'];

/** Task → the task whose condition may skip it, which may be itself. `order` is topological. */
export function skippableTasks(
  { tasks }: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
  order: readonly number[],
): ReadonlyMap<number, number> {
  const sources = new Map<number, number>();
  for (const index of order) {
    const task = tasks[index];
    if (!task) continue;
    const rule = task.source.trigger_rule ?? 'all_success';
    const isOwn = isConditional(task) || WITHOUT_SUCCESS.includes(rule);
    const source = isOwn ? index : sourceOf(index, rule, dependencies[index] ?? [], sources);
    if (source !== undefined) sources.set(index, source);
  }
  return sources;
}

function sourceOf(
  index: number,
  rule: TriggerRule,
  list: readonly Dependency[],
  sources: ReadonlyMap<number, number>,
): number | undefined {
  if (!WITHOUT_SKIPPED.includes(rule)) return undefined;
  for (const { edge } of list) {
    const isCounted = !edge.optional && (!edge.data || rule === 'all_success');
    const source = isCounted ? sourceOfEdge(index, edge, sources.get(edge.from)) : undefined;
    if (source !== undefined) return source;
  }
  return undefined;
}

/** `upstream`: what may skip the task at the other end. */
function sourceOfEdge(
  index: number,
  { case: cases, when }: PlanEdge,
  upstream: number | undefined,
): number | undefined {
  if (cases) return index;
  if (!when) return upstream;
  if (when.includes('done')) return undefined;
  if (!when.includes('success')) return index;
  return when.includes('skipped') ? undefined : upstream;
}
