/** All roles on a Redis Cluster: a run over several shards, a worker and an orchestrator that die, and a primary that dies. */
import { expect, it } from 'vitest';
import { shardOf } from '../../engine/core/run-id.ts';
import { type Step, untilOpen } from '../support/cluster/workflow.ts';
import { clusterForFile } from '../support/cluster.ts';
import { expectGoodRun } from './expect-good-run.ts';
import { expectWithin } from './expect-within.ts';

/** Six servers and four roles share the machine with whatever else runs. */
const LONGEST_MS = 90_000;

const cluster = clusterForFile({ orchestrators: 2, workers: 2, onRedisCluster: true });

it(
  'runs workflows on shards of all three primaries',
  async () => {
    const steps: readonly Step[] = [
      { id: 'first' },
      { id: 'each', needs: ['first'], nodes: 20 },
      { id: 'last', needs: ['each', 'first'] },
    ];
    const runs = await Promise.all(Array.from({ length: 6 }, () => cluster().start(steps)));
    for (const run of runs) await expectGoodRun(cluster(), run, steps);
  },
  LONGEST_MS,
);

it(
  'goes on when a worker and an orchestrator are killed',
  async () => {
    const steps = stepsUntil('killed');
    const run = await cluster().start(steps);
    const [begun] = await cluster().begun(run, 'wide', 3);
    const [orchestrator] = cluster().liveOrchestrators;
    if (begun === undefined || orchestrator === undefined) throw new Error('nobody works');
    await cluster().kill9(cluster().workerOf(begun), orchestrator);
    await cluster().fill({ orchestrators: 2, workers: 2 });
    cluster().open('killed');
    await expectGoodRun(cluster(), run, steps);
  },
  LONGEST_MS,
);

it(
  'goes on with a replica in the place of a primary that was killed',
  async () => {
    const steps = stepsUntil('failed-over');
    const run = await cluster().start(steps);
    await cluster().begun(run, 'wide', 3);
    const key = cluster().connections.keys.inbox(shardOfRun(run));
    const primary = await cluster().redisCluster.primaryOf(key);
    await primary.redis.kill9();
    const at = Date.now();
    cluster().open('failed-over');
    await cluster().until('a replica has taken its place', async () => {
      return (await cluster().redisCluster.primaryOf(key)).port !== primary.port;
    });
    console.info(`primary killed → replica in its place: ${Date.now() - at} ms`);
    const [next] = await cluster().begun(run, 'after');
    expectWithin(15_000, 'primary killed → next dispatch', at, next?.at);
    await expectGoodRun(cluster(), run, steps);
    await primary.redis.restart();
    const again = await cluster().start(steps);
    await expectGoodRun(cluster(), again, steps);
    expect(cluster().liveWorkers).toHaveLength(2);
  },
  LONGEST_MS,
);

function shardOfRun(run: string): number {
  return shardOf(run, cluster().shards);
}

function stepsUntil(gate: string): readonly Step[] {
  return [
    { id: 'before' },
    { id: 'wide', needs: ['before'], nodes: 3, work: untilOpen(gate) },
    { id: 'after', needs: ['wide'] },
  ];
}
