/** What a run would do, forecast here. */
import { forecastRun, type Learned, type RunForecast } from '../../engine/core/forecast/index.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { PlanTask } from '../../engine/core/plan.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import type { WorkflowSource } from './workflow-source.ts';

export function forecastHere(
  { plan, linked }: WorkflowSource,
  inputs: JsonObject,
  learned: Learned,
): RunForecast {
  const known = new Map(linked.map((one) => [one.hash, one]));
  return forecastRun({
    plan,
    inputs,
    now: createRealClock().now(),
    learned,
    childOf: (task: PlanTask) => (task.child?.hash === undefined ? undefined : known.get(task.child.hash)),
  });
}
