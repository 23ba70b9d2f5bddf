/** Says who is missing for a plan to be worked on: a run without them waits, and nobody would see why. */
import { isRunEnded, type RunStatus } from '../engine/core/node-state.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { WorkerInfo } from '../engine/ports/membership.ts';
import { ENGINE_EXECUTORS } from './compose/executors.ts';
import type { Host } from './host.ts';
import type { Installation } from './installation/installation.ts';

/** Sentences; none when all is well. */
export async function missingRoles(
  installation: Pick<Installation, 'members'>,
  plan: Pick<Plan, 'tasks'>,
): Promise<string[]> {
  const members = await installation.members();
  if (members === undefined) return [];
  const { orchestrators, workers, isEmbedded } = members;
  const served = new Set(workers.flatMap((worker) => Object.keys(worker.queues)));
  const queues = unservedQueues(plan, served);
  const how = isEmbedded ? ' --embedded' : '';
  return [
    ...(orchestrators.length === 0
      ? [`No orchestrator is running, so the run waits. Start one: sluice orchestrator${how}`]
      : []),
    ...(queues.length > 0
      ? [
          `No worker serves ${queues.join(', ')}, so its tasks wait. Start one: sluice worker${how} --queues ${queues.join(',')}`,
        ]
      : []),
    ...unservedLabels(plan, workers).map(
      ({ queue, labels, tasks }) =>
        `No worker of the queue ${queue} has the labels ${labels}, so ${tasks.join(', ')} ${tasks.length === 1 ? 'waits' : 'wait'}. Start one: sluice worker${how} --queues ${queue} --labels ${labels}`,
    ),
  ];
}

export interface UnservedLabels {
  readonly queue: string;
  /** As `--labels` takes them. */
  readonly labels: string;
  readonly tasks: readonly string[];
}

/** Labels that tasks ask of the workers of a queue that is served, and that none of these has. */
export function unservedLabels(
  plan: Pick<Plan, 'tasks'>,
  workers: readonly Pick<WorkerInfo, 'queues' | 'labels'>[],
): UnservedLabels[] {
  const found = new Map<string, { queue: string; labels: string; tasks: string[] }>();
  for (const { id, action, child, queue, workerLabels = {} } of plan.tasks) {
    if (child !== undefined || ENGINE_EXECUTORS.has(action.uses)) continue;
    const wanted = Object.entries(workerLabels);
    const serving = workers.filter(({ queues }) => Object.hasOwn(queues, queue));
    const fits = serving.some(({ labels }) =>
      wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value),
    );
    if (wanted.length === 0 || serving.length === 0 || fits) continue;
    const labels = wanted.map(([name, value]) => `${name}=${value}`).join(',');
    const known = found.get(`${queue} ${labels}`) ?? { queue, labels, tasks: [] };
    found.set(`${queue} ${labels}`, known);
    known.tasks.push(id);
  }
  return [...found.values()];
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
  installation: Pick<Installation, 'members'>,
  { plan, status }: LookedAt,
): Promise<void> {
  if (isRunEnded(status)) return;
  for (const sentence of await missingRoles(installation, plan)) host.say(host.colors.yellow(sentence));
}
