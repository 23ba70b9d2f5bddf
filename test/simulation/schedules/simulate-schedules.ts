/**
 * A simulation of schedules: orchestrators that are killed, frozen and stopped, lost replies, a store that goes away and
 * back, while people apply and remove workflows, pause and resume. `check-schedules.ts` says what must hold.
 */

import { SILENT } from '../../../engine/ports/logger.ts';
import { Definitions } from '../../../engine/runtime/definition/definitions.ts';
import { Schedules } from '../../../engine/runtime/schedules.ts';
import { buildStage, layGround, newDefinitions } from '../stage.ts';
import { Trouble } from '../trouble.ts';
import { endedRuns, isThrough } from '../waiting.ts';
import { checkSchedules } from './check-schedules.ts';
import { People } from './people.ts';
import { someWorkflows } from './workflows.ts';

const PATIENCE_MS = 150_000;
/** Time without any trouble in which ticks go on, ms. */
const CALM_MS = 12_000;

export interface ScheduleOutcome {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly runs: number;
  readonly faults: ReadonlyMap<string, number>;
}

export interface SimulateSchedulesOptions {
  /** Told of all calls and faults, with the virtual time. */
  readonly onNote?: (what: string, ms: number) => void;
}

export async function simulateSchedules(
  seed: number,
  { onNote }: SimulateSchedulesOptions = {},
): Promise<ScheduleOutcome> {
  const ground = layGround(seed, onNote);
  const { random, world, memory, observer, shards } = ground;
  const definitions = newDefinitions();
  const stage = buildStage(ground, { logger: SILENT, definitions });
  const { shared, faults, cluster } = stage;
  const workflows = someWorkflows(random);
  const bare = { store: memory, shards, newRequestId: () => 'before', waitMs: 0 };
  const schedules = new Schedules(bare);
  // Known before anything runs: from the first run on its ends are told.
  await new Definitions({ ...bare, definitions }).apply({ plan: workflows.report });
  cluster.start();
  const trouble = new Trouble({ shared, cluster, observer, shards });
  const people = new People({ shared, shards, random, workflows });
  observer.onRestore = () => people.noteLoss(schedules.list());
  const violations: string[] = [];
  const demand = async (what: string, done: Promise<void>) => {
    if (!(await isThrough(world, done, Math.max(world.now, trouble.overAt) + PATIENCE_MS)))
      violations.push(`${what} is not done after ${PATIENCE_MS} ms`);
  };
  await demand('what people want during the trouble', people.begin());
  await world.run(trouble.overAt, () => false);
  await demand('what people want after it', people.mend());
  await world.run(world.now + CALM_MS, () => false);
  await demand('pausing', people.pauseAll());
  const headers = await endedRuns(ground, PATIENCE_MS);
  const { promises } = people;
  violations.push(...checkSchedules({ headers, views: await schedules.list(), promises, workflows }));
  cluster.end();
  return { seed, violations, runs: headers.length, faults: faults.happened };
}
