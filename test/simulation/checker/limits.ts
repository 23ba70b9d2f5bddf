import { endOf, ofEachRun } from './invariant.ts';

/** I10: `max_parallel` of runs and of fan-outs. */
export const limits = ofEachRun(
  'limits',
  'max_parallel of the run and of each fan-out is never exceeded',
  function* (run) {
    const { plan } = run.workflow;
    const active = new Map<number, Set<number>>();
    let total = 0;
    for (const { node, type, seq } of run.events) {
      if (node === undefined || type === 'node.late' || type === 'node.progress') continue;
      const { task } = run.nodeName(node);
      if (node === task && plan.tasks[task]?.fanOut) continue;
      const nodes = active.get(task) ?? new Set();
      active.set(task, nodes);
      const isActive = type === 'node.queued' || type === 'node.started';
      if (isActive && !nodes.has(node)) {
        nodes.add(node);
        total++;
        if (total > (plan.maxParallel ?? Number.POSITIVE_INFINITY))
          yield { what: `${total} nodes at once, ${plan.maxParallel} allowed in the run (seq ${seq})`, node };
        const allowed = plan.tasks[task]?.fanOut ? plan.tasks[task]?.maxParallel : undefined;
        if (nodes.size > (allowed ?? Number.POSITIVE_INFINITY))
          yield { what: `${nodes.size} nodes at once, ${allowed} allowed in the task (seq ${seq})`, node };
      }
      if (
        !isActive &&
        (endOf({ type }) || type === 'node.retrying' || type === 'node.waiting') &&
        nodes.delete(node)
      )
        total--;
    }
  },
);
