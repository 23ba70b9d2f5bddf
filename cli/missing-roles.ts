/** Says who is missing for a plan to be worked on: a run without them waits, and nobody would see why. */
import { isRunEnded, type RunStatus } from '../engine/core/node-state.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { Engine } from './compose/engine.ts';
import { ENGINE_EXECUTORS } from './compose/executors.ts';
import { liveOrchestrators } from './compose/live-orchestrators.ts';
import type { Host } from './host.ts';

/** Sentences; none when all is well. */
export async function missingRoles(engine: Engine, plan: Pick<Plan, 'tasks'>): Promise<string[]> {
  const [orchestrators, workers] = await Promise.all([
    liveOrchestrators(engine),
    engine.membership.workers(),
  ]);
  const served = new Set(workers.flatMap((worker) => Object.keys(worker.queues)));
  const queues = unservedQueues(plan, served);
  const how = engine.isEmbedded ? ' --embedded' : '';
  return [
    ...(orchestrators.length === 0
      ? [`No orchestrator is running, so the run waits. Start one: sluice orchestrator${how}`]
      : []),
    ...(queues.length > 0
      ? [
          `No worker serves ${queues.join(', ')}, so its tasks wait. Start one: sluice worker${how} --queues ${queues.join(',')}`,
        ]
      : []),
  ];
}

/** Queues of tasks that need a worker, and that nobody serves. */
export function unservedQueues(plan: Pick<Plan, 'tasks'>, served: ReadonlySet<string>): string[] {
  const needed = plan.tasks
    .filter(({ action, child }) => child === undefined && !ENGINE_EXECUTORS.has(action.uses))
    .map(({ queue }) => queue);
  return [...new Set(needed)].filter((queue) => !served.has(queue));
}

interface LookedAt {
  readonly plan: Plan;
  readonly status: RunStatus;
}

/** To somebody who looks at a run that nobody works on: it would stay as it is. */
export async function tellMissingRoles(
  host: Host,
  engine: Engine,
  { plan, status }: LookedAt,
): Promise<void> {
  if (isRunEnded(status)) return;
  for (const sentence of await missingRoles(engine, plan)) host.say(host.colors.yellow(sentence));
}
