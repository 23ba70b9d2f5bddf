/**
 * Redis in a container that is paused, and cut off from its network in silence, while workflows run. What is alive keeps its work.
 * `TEST_CONTAINERS=full` keeps it away for 20 s each time, as `npm run test:containers` does; else it is 4 s.
 * The names hold "container", by which the check of a clean clone excuses them where none can run.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectGoodRun } from '../integration/expect-good-run.ts';
import { expectWithin } from '../integration/expect-within.ts';
import { type Step, untilOpen } from '../support/cluster/workflow.ts';
import { clusterForFile } from '../support/cluster.ts';
import { type ContainerEngine, containerEngine, whyNoContainers } from '../support/container-engine.ts';
import { networkedRedis } from '../support/container-redis.ts';

const why = whyNoContainers();
if (why !== undefined) console.warn(`Tests of Redis in a container are left out: ${why}.`);

const AWAY_MS = process.env['TEST_CONTAINERS'] === 'full' ? 20_000 : 4_000;
const LONGEST_MS = 90_000;

describe.skipIf(why !== undefined)('with Redis in a container', () => {
  let engine: ContainerEngine;
  beforeAll(async () => {
    engine = await containerEngine();
  });
  // Hooks that end things run from the last to the first: the engine goes after the cluster.
  afterAll(() => engine?.stop());
  const cluster = clusterForFile({
    orchestrators: 1,
    workers: 2,
    onNetworkedRedis: () => networkedRedis(engine, process.env['TEST_REDIS_IMAGE'] ?? 'local'),
  });

  it(
    'runs nothing again that lived while the container was paused',
    () =>
      whileAway('paused', {
        leave: () => cluster().networkedRedis.pause(),
        comeBack: () => cluster().networkedRedis.unpause(),
      }),
    LONGEST_MS,
  );

  it(
    'runs nothing again that lived while the container was cut off, when nobody was told so',
    () =>
      whileAway('cut-off', {
        leave: () => cluster().networkedRedis.disconnect(),
        comeBack: () => cluster().networkedRedis.reconnect(),
      }),
    LONGEST_MS,
  );

  async function whileAway(
    name: string,
    redis: { readonly leave: () => Promise<void>; readonly comeBack: () => Promise<void> },
  ): Promise<void> {
    const held: readonly Step[] = [
      { id: 'before' },
      { id: 'wide', needs: ['before'], nodes: 3, work: untilOpen(name) },
      { id: 'after', needs: ['wide'] },
    ];
    const busy: readonly Step[] = [
      { id: 'first' },
      { id: 'each', needs: ['first'], nodes: 30, work: 'sleep 0.3' },
      { id: 'last', needs: ['each'] },
    ];
    const run = await cluster().start(held);
    await cluster().begun(run, 'wide', 3);
    const load = await cluster().start(busy);
    await cluster().begun(load, 'each');
    await redis.leave();
    await wait(AWAY_MS / 2);
    // Work that ends meanwhile keeps its outcome until Redis takes it.
    cluster().open(name);
    await wait(AWAY_MS / 2);
    await redis.comeBack();
    const at = Date.now();
    const starts = () =>
      cluster()
        .ledger.read()
        .filter((line) => line.what === 'start' && line.at >= at);
    await cluster().until('something is dispatched again', () => starts().length > 0);
    expectWithin(10_000, `${name} for ${AWAY_MS / 1_000} s: Redis back → next dispatch`, at, starts()[0]?.at);
    await expectGoodRun(cluster(), run, held);
    await expectGoodRun(cluster(), load, busy);
  }
});
