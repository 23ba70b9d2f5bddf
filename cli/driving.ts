/**
 * Commands that change a run need somebody who owns it. On a private Redis where nobody drives runs, the command does so
 * itself, as `sluice run` does: until the run ends, where it is to end, else just until it has been answered.
 */
import type { Plan } from '../engine/core/plan.ts';
import type { Engine } from './compose/engine.ts';
import { liveOrchestrators } from './compose/live-orchestrators.ts';
import { type Role, startOrchestrator } from './compose/roles.ts';
import type { Host } from './host.ts';
import { startWorkersFor } from './local-workers.ts';

/** How long the worker may finish work of other runs at the end, ms. */
const DRAIN_MS = 30_000;

/** Whether nobody else will ever do what is asked. */
export async function isAlone(engine: Engine): Promise<boolean> {
  return engine.isEmbedded && (await liveOrchestrators(engine)).length === 0;
}

/** Drives runs while `work` goes on; with the plans of a run and its sub-workflows also their tasks. */
export async function whileDriving<T>(
  host: Host,
  engine: Engine,
  plans: readonly Plan[],
  work: () => Promise<T>,
): Promise<T> {
  const roles: Role[] = [];
  host.drivesRuns = true;
  try {
    if (plans.length > 0) roles.push(...(await startWorkersFor(host, engine, plans)));
    roles.push(await startOrchestrator(host, engine));
    return await work();
  } finally {
    await Promise.all(roles.map((role) => role.stop(DRAIN_MS)));
  }
}
