/**
 * A simulation of schedules: orchestrators that are killed, frozen and stopped, lost replies, a store that goes away and
 * back, while people apply and remove workflows, pause and resume. `check-schedules.ts` says what must hold.
 */

import type { RunHeader } from '../../../engine/core/run-header.ts';
import {
  createMemoryDefinitionStore,
  createMemoryMembership,
  createMemoryRunIndex,
  createMemoryShardStore,
  createMemoryTaskQueue,
  type MemoryShardStore,
} from '../../../engine/memory/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { Definitions } from '../../../engine/runtime/definition/definitions.ts';
import { Schedules } from '../../../engine/runtime/schedules.ts';
import { Cluster } from '../cluster.ts';
import { FaultPlan } from '../faults.ts';
import { Ledger } from '../ledger.ts';
import { Observer } from '../observer.ts';
import { Random } from '../random.ts';
import { Trouble } from '../trouble.ts';
import { World } from '../world.ts';
import { checkSchedules } from './check-schedules.ts';
import { People } from './people.ts';
import { someWorkflows } from './workflows.ts';

const PATIENCE_MS = 150_000;
/** Time without any trouble in which ticks go on, ms. */
const CALM_MS = 12_000;
/** For what should not happen any more, ms. */
const LATE_MS = 3_000;

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
  const random = new Random(seed);
  const world = new World(random);
  world.onNote = onNote;
  const faults = new FaultPlan(world, seed);
  const shards = random.int(1, 3);
  const memory = createMemoryShardStore({
    now: () => world.now,
    clock: world.clock,
    shards,
    random: () => random.next(),
  });
  const observer = new Observer(world, memory);
  const shared = {
    world,
    faults,
    store: observer.store,
    queue: createMemoryTaskQueue({ clock: world.clock }),
    membership: createMemoryMembership({ now: () => world.now }),
    index: createMemoryRunIndex(),
    definitions: createMemoryDefinitionStore(),
  };
  const workflows = someWorkflows(random);
  const bare = { store: memory, shards, newRequestId: () => 'before', waitMs: 0 };
  const schedules = new Schedules(bare);
  // Known before anything runs: from the first run on its ends are told.
  await new Definitions({ ...bare, definitions: shared.definitions }).apply({ plan: workflows.report });
  const cluster = new Cluster(shared, { seed, shards, ledger: new Ledger(), logger: SILENT });
  cluster.start();
  const trouble = new Trouble({ shared, cluster, observer, shards });
  const people = new People({ shared, shards, random, workflows });
  observer.onRestore = () => people.noteLoss(schedules.list());
  const isThrough = async (what: Promise<void>) => {
    let isDone = false;
    let problem: unknown;
    what.then(
      () => {
        isDone = true;
      },
      (thrown: unknown) => {
        problem = thrown;
      },
    );
    await world.run(Math.max(world.now, trouble.overAt) + PATIENCE_MS, () => isDone || problem !== undefined);
    if (problem !== undefined) throw problem;
    return isDone;
  };
  const violations: string[] = [];
  const demand = async (what: string, done: Promise<void>) => {
    if (!(await isThrough(done))) violations.push(`${what} is not done after ${PATIENCE_MS} ms`);
  };
  await demand('what people want during the trouble', people.begin());
  await world.run(trouble.overAt, () => false);
  await demand('what people want after it', people.mend());
  await world.run(world.now + CALM_MS, () => false);
  await demand('pausing', people.pauseAll());
  const headers = await ended(world, memory, observer);
  const { promises } = people;
  violations.push(...checkSchedules({ headers, views: await schedules.list(), promises, workflows }));
  cluster.end();
  return { seed, violations, runs: headers.length, faults: faults.happened };
}

/** All runs, once they have ended and nothing more has happened for a while, or patience is at its end. */
async function ended(world: World, memory: MemoryShardStore, observer: Observer): Promise<RunHeader[]> {
  const endMs = world.now + PATIENCE_MS;
  let quietSince = world.now;
  for (;;) {
    await world.run(world.now + 500, () => false);
    if (![...observer.started].every((run) => observer.ended.has(run))) quietSince = world.now;
    if (world.now - quietSince >= LATE_MS || world.now > endMs) break;
  }
  const found = await Promise.all([...observer.started].map((run) => memory.readHeader(run)));
  return found.flatMap((header) => header ?? []);
}
