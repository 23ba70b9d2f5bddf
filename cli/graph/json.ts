/** The graph as JSON, for other tools. */
import type { Plan } from '../../engine/core/plan.ts';
import { planGraphOf } from '../../engine/runtime/client/plan-graph.ts';

export function toJson(plan: Plan): string {
  return JSON.stringify(planGraphOf(plan), null, 2);
}
