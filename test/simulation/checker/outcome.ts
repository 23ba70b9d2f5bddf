import { counts, type End, letterOf, verdictOf } from '../reference.ts';
import { cancellingOf, lastEndOf, ofEachRun } from './invariant.ts';

/** I5: in the end every task stands as the reference derives it, whatever the order in which things arrived. */
export const outcome = ofEachRun(
  'outcome',
  'skipped and upstream_failed at the end are exactly what the reference derives from the final outcomes',
  function* (run) {
    if (cancellingOf(run) || run.header.finishedAt === undefined) return;
    const { plan, known } = run.workflow;
    for (const [node, task] of plan.tasks.entries()) {
      const end = lastEndOf(run, node);
      const letters = task.edges.flatMap((edge) => {
        const upstream = plan.tasks[edge.from];
        const upstreamEnd: End | undefined = lastEndOf(run, edge.from);
        if (!upstream || !upstreamEnd || !counts(edge, task.triggerRule)) return [];
        return letterOf(edge, upstreamEnd, upstream, known[edge.from]) ?? [];
      });
      const verdict = verdictOf(task.triggerRule, letters);
      const truth = known[node]?.truth ?? true;
      if (verdict !== 'run' && end !== verdict)
        yield {
          what: `ended ${end}; the reference says ${verdict} (${task.triggerRule}, ${letters.join('')})`,
          node,
        };
      if (verdict !== 'run') continue;
      const mayBeSkipped = truth === false || (task.fanOut !== undefined && typeof truth === 'number');
      if (end === 'upstream_failed' || (end === 'skipped' && !mayBeSkipped))
        yield {
          what: `ended ${end}; the reference says run (${task.triggerRule}, ${letters.join('')})`,
          node,
        };
    }
  },
);
