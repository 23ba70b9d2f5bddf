/** One simulation: builds a world from a seed, lets it run until all runs have ended, and gives what was seen to the checker. */
import type { Logger } from '../../engine/ports/logger.ts';
import { checkAll, type Violation } from './checker/index.ts';
import { type Evidence, gather, leftoversOf } from './evidence.ts';
import type { Fault } from './faults.ts';
import { formerRuns } from './features/alerts.ts';
import { FeaturedUsers } from './features/featured-users.ts';
import { buildStage, layGround, type OnNote } from './stage.ts';
import { Trouble } from './trouble.ts';
import { Users } from './user.ts';
import { START_MS, type World } from './world.ts';

/** After the last fault every run must end within this time, virtual ms. */
const PATIENCE_MS = 240_000;
/** After the last run everything that was in flight must be gone within this time, virtual ms. */
const DRAIN_MS = 30_000;
/** Time for late results and stale tickets to do harm, if they can. */
const MIN_DRAIN_MS = 1_500;

/** Simulated work may be deaf to its signal. */
const EXPECTED = 'an executor did not end its work';

export interface Outcome {
  readonly seed: number;
  readonly trace: number;
  readonly violations: readonly Violation[];
  readonly faults: ReadonlyMap<Fault, number>;
  readonly evidence: Evidence;
  readonly steps: number;
  readonly virtualMs: number;
}

export interface SimulateOptions {
  readonly onNote?: OnNote;
}

export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  const ground = layGround(seed, options.onNote);
  const { random, world, memory, observer, shards } = ground;
  const defects: string[] = [];
  const stage = buildStage(ground, { logger: listen(defects, world) });
  const { shared, faults, ledger, cluster } = stage;
  const users = new Users({
    seed,
    client: cluster.client,
    owner: cluster.clientProcess,
    random,
    now: () => world.now,
  });
  const featured = new FeaturedUsers({
    seed,
    client: cluster.client,
    owner: cluster.clientProcess,
    random,
    now: () => world.now,
  });
  cluster.start();
  users.begin();
  featured.begin();
  for (const { workflow } of featured.requests)
    for (const sample of formerRuns(workflow)) await shared.index.teach(sample);
  const trouble = new Trouble({ shared, cluster, observer, shards });
  // Somebody else resumes what a user who died had paused.
  world.at(trouble.overAt + 5_000, () => {
    if (!cluster.clientProcess.isAlive)
      void observer.store.send([...observer.started].map((run) => ({ type: 'resume', run })));
  });
  const startedAt = world.now;
  const isQuiet = () =>
    users.busy + featured.busy === 0 && [...observer.started].every((run) => observer.ended.has(run));
  const isDone = () => world.now >= trouble.overAt && isQuiet();
  while (!isDone() && world.now < trouble.overAt + PATIENCE_MS) {
    await world.run(trouble.overAt + PATIENCE_MS, isDone);
  }
  const endedAt = world.now;
  const isQuietInTime = isQuiet();
  let left = await leftoversOf(memory, shards);
  while (
    isQuietInTime &&
    world.now < endedAt + DRAIN_MS &&
    (world.now < endedAt + MIN_DRAIN_MS || left.length > 0)
  ) {
    await world.run(world.now + 500, () => false);
    left = await leftoversOf(memory, shards);
  }
  const evidence = await gather({
    seed,
    memory,
    observer,
    requests: users.requests,
    featuredRequests: featured.requests,
    ledger,
    defects,
    leftovers: left,
    faultsOverAt: trouble.overAt,
    endedAt,
  });
  cluster.end();
  const violations = checkAll(evidence);
  return {
    seed,
    trace: world.trace,
    violations,
    faults: faults.happened,
    evidence,
    steps: world.steps,
    virtualMs: endedAt - startedAt,
  };
}

function listen(defects: string[], world: World): Logger {
  const take = (level: string) => (message: string, fields?: object) => {
    if (level === 'error' && !message.startsWith(EXPECTED))
      defects.push(`${message} ${JSON.stringify(fields ?? {})}`);
    world.onNote?.(`${level}: ${message}`, world.now - START_MS);
  };
  return { debug: take('debug'), info: take('info'), warn: take('warn'), error: take('error') };
}
