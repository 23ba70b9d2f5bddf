/** A shape as the engine takes it: its plan, and the header of a run of it. */
import { type Plan, type PlanTask, sealPlan } from '../../engine/core/plan.ts';
import { NO_RETRY } from '../../engine/core/retry-policy.ts';
import type { RunHeader } from '../../engine/core/run-header.ts';
import type { Shape, ShapeTask } from './shape.ts';

function work(): PlanTask['action'] {
  return { uses: 'work', with: {} };
}

export interface ShapePlanOptions {
  readonly actionOf?: (task: ShapeTask) => PlanTask['action'];
  /** Nodes of a run at once. */
  readonly maxParallel?: number;
}

export function planOf(
  { name, tasks }: Shape,
  { actionOf = work, maxParallel }: ShapePlanOptions = {},
): Plan {
  return sealPlan({
    format: 1,
    name,
    namespace: 'default',
    labels: {},
    inputs: {},
    priority: 5,
    outputs: {},
    ...(maxParallel === undefined ? {} : { maxParallel }),
    tasks: tasks.map((task) => ({
      id: task.id,
      triggerRule: 'all_success',
      action: actionOf(task),
      maxFailures: { count: 0 },
      failFast: true,
      retry: NO_RETRY,
      allowFailure: false,
      queue: 'default',
      priority: 5,
      env: {},
      artifacts: {},
      files: {},
      edges: task.needs.map((from) => ({ from })),
    })),
  });
}

/** Of a run that begins. */
export function headerOf(plan: Plan, id: string, createdAt: number): RunHeader {
  return {
    format: 1,
    id,
    namespace: plan.namespace,
    workflow: plan.name,
    plan: plan.hash,
    inputs: {},
    labels: {},
    priority: plan.priority,
    trigger: { type: 'manual' },
    status: 'queued',
    seq: 0,
    nodes: 0,
    createdAt,
    fingerprint: '',
  };
}
