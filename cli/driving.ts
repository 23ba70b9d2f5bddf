/**
 * Commands that change a run need somebody who owns it. On a private Redis where nobody drives runs, the command does so
 * itself, as `sluice run` does: until the run ends, where it is to end, else just until it has been answered.
 */
import { cpus } from 'node:os';
import type { Plan } from '../engine/core/plan.ts';
import type { Engine } from './compose/engine.ts';
import { liveOrchestrators } from './compose/live-orchestrators.ts';
import { type Role, startOrchestrator, startWorker } from './compose/roles.ts';
import type { Host } from './host.ts';

/** How long the worker may finish work of other runs at the end, ms. */
const DRAIN_MS = 30_000;

/** Whether nobody else will ever do what is asked. */
export async function isAlone(engine: Engine): Promise<boolean> {
  return engine.isEmbedded && (await liveOrchestrators(engine)).length === 0;
}

/** Drives runs while `work` goes on; with the plan of a run also its tasks. */
export async function whileDriving<T>(
  host: Host,
  engine: Engine,
  plan: Plan | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const roles: Role[] = [];
  host.drivesRuns = true;
  try {
    if (plan) roles.push(await startWorker(host, engine, { queues: queuesOf(plan) }));
    roles.push(await startOrchestrator(host, engine));
    return await work();
  } finally {
    await Promise.all(roles.map((role) => role.stop(DRAIN_MS)));
  }
}

function queuesOf(plan: Plan): { readonly [queue: string]: number } {
  const slots = Math.max(4, 2 * cpus().length);
  return Object.fromEntries(plan.tasks.map(({ queue }) => [queue, slots]));
}
