/** The graph of a plan as JSON, for other tools. */
import { compileGraph } from '../../core/graph.ts';
import type { Plan } from '../../core/plan.ts';

export function planGraphOf(plan: Plan) {
  const { level } = compileGraph(plan);
  const nodes = plan.tasks.map(({ id, action, queue, fanOut, triggerRule, at }, i) => ({
    id,
    level: level[i] ?? 0,
    uses: action.uses,
    queue,
    trigger_rule: triggerRule,
    fan_out: fanOut?.kind ?? null,
    at: at ?? null,
  }));
  const edges = plan.tasks.flatMap((task) =>
    task.edges.map(({ from, ...edge }) => ({ from: plan.tasks[from]?.id ?? '', to: task.id, ...edge })),
  );
  return { format: 1 as const, workflow: plan.name, version: plan.hash, nodes, edges };
}
