/** How the upstream of a task stands: turns ends of tasks into edge outcomes, and keeps the counts that rules are asked with. */
import { NO_CASE, type NodeRecord } from './node-record.ts';
import { isEnded } from './node-state.ts';
import type { EdgeOutcome, Plan, PlanEdge, PlanTask, WhenWord } from './plan.ts';
import type { EdgeCounts } from './trigger-rule.ts';

export type MutableEdgeCounts = { -readonly [K in keyof EdgeCounts]: EdgeCounts[K] };

const WHEN_MATCHES = {
  success: ['S'],
  failure: ['F'],
  skipped: ['K'],
  done: ['S', 'F', 'K'],
} as const satisfies Record<WhenWord, readonly EdgeOutcome[]>;

/** What an ended task counts for an ordinary edge. */
export function plainOutcome(record: NodeRecord, task: PlanTask): EdgeOutcome {
  if (record.state === 'succeeded') return 'S';
  if (record.state === 'skipped') return 'K';
  return record.state === 'failed' && task.allowFailure ? 'S' : 'F';
}

/** What an ended task counts for this edge; `dropped` for an optional edge that is not S. */
export function edgeOutcome(edge: PlanEdge, record: NodeRecord, upstream: PlanTask): EdgeOutcome | 'dropped' {
  const outcome = conditioned(edge, record, upstream);
  return edge.optional && outcome !== 'S' ? 'dropped' : outcome;
}

function conditioned(edge: PlanEdge, record: NodeRecord, upstream: PlanTask): EdgeOutcome {
  const outcome = plainOutcome(record, upstream);
  if (edge.when)
    return edge.when.some((word) => (WHEN_MATCHES[word] as readonly string[]).includes(outcome)) ? 'S' : 'K';
  if (edge.case)
    return outcome === 'S' ? (edge.case.includes(chosenCase(record, upstream)) ? 'S' : 'K') : outcome;
  return outcome;
}

/** Name of the case that a succeeded switch chose; empty when none. */
export function chosenCase(record: NodeRecord, task: PlanTask): string {
  if (record.choice === 0 || record.choice === NO_CASE) return '';
  return caseNames(task)[record.choice - 1] ?? '';
}

/** All cases of a switch in order, its `default` last. */
export function caseNames(task: PlanTask): string[] {
  const { cases, default: fallback } = task.action.with;
  const names = Array.isArray(cases) ? cases.map((one) => String((one as { name?: unknown }).name)) : [];
  return typeof fallback === 'string' ? [...names, fallback] : names;
}

/** Counts of a task's edges as its upstream stands now. */
export function countEdges(
  run: { readonly nodes: readonly NodeRecord[]; readonly plan: Plan },
  task: PlanTask,
): MutableEdgeCounts {
  const counts: MutableEdgeCounts = { s: 0, f: 0, k: 0, open: 0, openWhen: 0, openOptional: 0, openData: 0 };
  for (const edge of task.edges) {
    counts[openKind(edge, task)]++;
    const record = run.nodes[edge.from];
    const upstream = run.plan.tasks[edge.from];
    if (record && upstream && isEnded(record.state)) closeEdge(counts, edge, task, record, upstream);
  }
  return counts;
}

/** Takes one edge from open to its outcome. */
export function closeEdge(
  counts: MutableEdgeCounts,
  edge: PlanEdge,
  task: PlanTask,
  record: NodeRecord,
  upstream: PlanTask,
): void {
  const kind = openKind(edge, task);
  counts[kind]--;
  if (kind === 'openData') return;
  const outcome = edgeOutcome(edge, record, upstream);
  if (outcome === 'S') counts.s++;
  if (outcome === 'F') counts.f++;
  if (outcome === 'K') counts.k++;
}

function openKind(edge: PlanEdge, task: PlanTask): 'open' | 'openWhen' | 'openOptional' | 'openData' {
  if (edge.data && task.triggerRule !== 'all_success') return 'openData';
  if (edge.optional) return 'openOptional';
  return edge.when ? 'openWhen' : 'open';
}
