/**
 * A simulation of times: a workflow by the clock of a time zone is applied, no orchestrator runs while the clocks are moved,
 * and then, under all faults, several make up for it, while people backfill, pause, and change a definition.
 * `check-times.ts` says what must hold.
 */
import { SILENT } from '../../../engine/ports/logger.ts';
import type { DefinitionsOptions } from '../../../engine/runtime/definition/definition-line.ts';
import { Definitions } from '../../../engine/runtime/definition/definitions.ts';
import { Schedules } from '../../../engine/runtime/schedules.ts';
import { buildStage, type Ground, layGround, newDefinitions, type OnNote } from '../stage.ts';
import { Trouble } from '../trouble.ts';
import { endedRuns, isThrough } from '../waiting.ts';
import { checkTimes, SET_MS } from './check-times.ts';
import { TimePeople } from './people.ts';
import { someTimes, type Times } from './workflows.ts';

/** Faults end so long after a stage was built at the latest, ms. */
const LONGEST_TROUBLE_MS = 10_000;
const PATIENCE_MS = 200_000;
/** Time without any trouble in which ticks go on, ms. */
const CALM_MS = 8_000;

export interface TimeOutcome {
  readonly violations: readonly string[];
  readonly runs: number;
  readonly backfilled: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly zone: string;
}

export async function simulateTimes(seed: number, onNote?: OnNote): Promise<TimeOutcome> {
  const ground = layGround(seed, onNote);
  const { random, world, memory, observer, shards } = ground;
  const times = someTimes(random);
  const definitions = newDefinitions();
  let requests = 0;
  const bare = { store: memory, shards, newRequestId: () => `before-${requests++}`, waitMs: 0 };
  const schedules = new Schedules(bare);
  await applyInCalm(ground, { ...bare, definitions }, times);
  world.now = times.wakeAt;
  const { shared, faults, cluster } = buildStage(ground, { logger: SILENT, definitions });
  cluster.start();
  const trouble = new Trouble({ shared, cluster, observer, shards });
  const people = new TimePeople({ shared, shards, random, times });
  observer.onRestore = () => people.restores++;
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
  const patientUntil = world.now + PATIENCE_MS;
  const isWaiting = async () =>
    (await schedules.list()).some(
      ({ state, backfills }) =>
        state.active.length > 0 || backfills.some(({ status }) => status === 'running'),
    );
  while (world.now < patientUntil && (await isWaiting())) await world.run(world.now + 500, () => false);
  const headers = await endedRuns(ground, PATIENCE_MS);
  const views = await schedules.list();
  violations.push(...checkTimes({ headers, views, promises: people.promises, times }));
  cluster.end();
  const backfilled = headers.filter(({ trigger }) => trigger['backfill'] !== undefined).length;
  return { violations, runs: headers.length, backfilled, faults: faults.happened, zone: times.zone };
}

/** `calendar` and `digest` are set by orchestrators that are then stopped. */
async function applyInCalm(ground: Ground, options: DefinitionsOptions, times: Times): Promise<void> {
  const { world } = ground;
  world.now = times.startAt - LONGEST_TROUBLE_MS;
  const { cluster } = buildStage(ground, { logger: SILENT, definitions: options.definitions });
  world.now = times.startAt;
  // The follower is known before anything runs: from the first run on its ends are told.
  for (const plan of [times.digest, times.calendar]) await new Definitions(options).apply({ plan });
  cluster.start();
  await world.run(world.now + SET_MS, () => false);
  cluster.end();
}
