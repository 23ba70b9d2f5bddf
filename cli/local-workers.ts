/** Workers of this machine for whatever the plans of a run ask for: it stands for all of them. */
import { cpus } from 'node:os';
import type { Plan } from '../engine/core/plan.ts';
import { type Labels, labelQueue } from '../engine/core/queue-name.ts';
import type { Engine } from './compose/engine.ts';
import { type Role, startWorker } from './compose/roles.ts';
import type { Host } from './host.ts';

/** One that serves all queues, and one more for each set of labels. */
export async function startWorkersFor(
  host: Host,
  engine: Engine,
  plans: readonly Plan[],
  slots?: number,
): Promise<Role[]> {
  const queues = queuesOf(plans, slots);
  const roles: Role[] = [await startWorker(host, engine, { queues })];
  for (const labels of labelSets(plans)) roles.push(await startWorker(host, engine, { queues, labels }));
  return roles;
}

function labelSets(plans: readonly Plan[]): Labels[] {
  const sets = plans.flatMap(({ tasks }) =>
    tasks.flatMap(({ workerLabels }): Labels[] => (workerLabels ? [workerLabels] : [])),
  );
  return [...new Map(sets.map((labels) => [labelQueue('', labels), labels])).values()];
}

/** Every queue that the plans name, so that no task waits for a worker that does not exist. */
function queuesOf(
  plans: readonly Plan[],
  slots = Math.max(4, 2 * cpus().length),
): { readonly [queue: string]: number } {
  return Object.fromEntries(plans.flatMap(({ tasks }) => tasks.map(({ queue }) => [queue, slots])));
}
