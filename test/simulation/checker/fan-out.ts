import type { PlanTask } from '../../../engine/core/plan.ts';
import type { DurableEvent, RunEvidence } from '../evidence.ts';
import { cancellingOf, endOf, ofEachRun } from './invariant.ts';

/** A fan-out closes once, with what its nodes say. */
export const fanOut = ofEachRun(
  'fan-out',
  'a fan-out has as many nodes as items, ends only when all have ended, and its end follows from theirs',
  function* (run, { wentBack }) {
    for (const [index, task] of run.workflow.plan.tasks.entries()) {
      const events = run.byNode.get(index);
      const expanded = events?.find(({ type }) => type === 'node.expanded');
      const end = events?.find((event) => endOf(event) !== undefined);
      if (!task.fanOut || !expanded || !end) continue;
      const problem = judge(run, { index, task, total: expanded.detail?.count ?? 0, end, wentBack });
      if (problem) yield { what: `${problem} (seq ${end.seq})`, node: index };
      const items = run.workflow.known[index]?.items;
      if (items !== undefined && items !== expanded.detail?.count)
        yield { what: `${expanded.detail?.count} nodes for ${items} items`, node: index };
    }
  },
);

interface Fan {
  readonly index: number;
  readonly task: PlanTask;
  readonly total: number;
  readonly end: DurableEvent;
  /** The reason of a cancel may be lost with the history that it stood in. */
  readonly wentBack: boolean;
}

function judge(run: RunEvidence, { index, task, total, end, wentBack }: Fan): string | undefined {
  const counts = { succeeded: 0, failed: 0, skipped: 0, upstream_failed: 0, cancelled: 0 };
  const items = new Set<number>();
  for (const [node, events] of run.byNode) {
    const name = run.nodeName(node);
    if (node < run.workflow.plan.tasks.length || name.task !== index) continue;
    if (items.has(name.item)) return `two nodes for item ${name.item}`;
    items.add(name.item);
    const last = events.find((event) => endOf(event) !== undefined);
    if (!last || last.seq > end.seq) return `ended before item ${name.item}`;
    counts[endOf(last) ?? 'cancelled']++;
  }
  const { maxFailures } = task;
  const allowed =
    'count' in maxFailures ? maxFailures.count : Math.floor((maxFailures.percent * total) / 100);
  const isSpent = counts.failed > allowed;
  const isStopped = cancellingOf(run) !== undefined || (isSpent && task.failFast);
  if (items.size !== total && !isStopped) return `ended with ${items.size} nodes of ${total}`;
  if (counts.cancelled > 0 && !isStopped && !wentBack)
    return `${counts.cancelled} nodes were cancelled without a reason`;
  const expected = isSpent
    ? 'failed'
    : items.size < total || counts.cancelled > 0
      ? 'cancelled'
      : total > 0 && counts.skipped === total
        ? 'skipped'
        : 'succeeded';
  return endOf(end) === expected
    ? undefined
    : `ended ${endOf(end)}; its nodes (${JSON.stringify(counts)}, ${allowed} may fail) say ${expected}`;
}
