/** Orchestrators are killed in the middle of a run, then everything is; others go on from what is stored. */
import { it } from 'vitest';
import { shardOf } from '../../engine/core/run-id.ts';
import { type Step, untilOpen } from '../support/cluster/workflow.ts';
import { clusterForFile } from '../support/cluster.ts';
import { expectGoodRun } from './expect-good-run.ts';
import { expectWithin } from './expect-within.ts';

const cluster = clusterForFile({ orchestrators: 2, workers: 1 });

it('goes on when the orchestrator that drives the run is killed and another lives', async () => {
  const steps = stepsUntil('another-lives');
  const run = await cluster().start(steps);
  await cluster().begun(run, 'wide', 3);
  const owner = (await cluster().shardOwners())[shardOf(run, cluster().shards)];
  const at = await cluster().kill9(...cluster().orchestrators.filter(({ pid }) => pid === owner));
  cluster().open('another-lives');
  const [next] = await cluster().begun(run, 'after');
  expectWithin(10_000, 'kill -9 of an orchestrator → next dispatch', at, next?.at);
  await expectGoodRun(cluster(), run, steps);
});

it('goes on when the only orchestrator is killed and a new one is started', async () => {
  const steps = stepsUntil('a-new-one');
  const run = await cluster().start(steps);
  await cluster().begun(run, 'wide', 3);
  const at = await cluster().kill9(...cluster().liveOrchestrators);
  cluster().open('a-new-one');
  await cluster().addOrchestrator();
  const [next] = await cluster().begun(run, 'after');
  expectWithin(10_000, 'kill -9 of the only orchestrator → next dispatch by a new one', at, next?.at);
  await expectGoodRun(cluster(), run, steps);
});

it('goes on when all orchestrators and workers are killed and new ones are started', async () => {
  const steps = stepsUntil('all-new');
  const run = await cluster().start(steps);
  await cluster().begun(run, 'wide', 3);
  const at = await cluster().kill9(...cluster().liveOrchestrators, ...cluster().liveWorkers);
  await cluster().fill({ orchestrators: 1, workers: 1 });
  const again = await cluster().begun(run, 'wide', 6);
  cluster().open('all-new');
  expectWithin(15_000, 'kill -9 of everything → lost nodes run again', at, again[5]?.at);
  await expectGoodRun(cluster(), run, steps);
});

function stepsUntil(gate: string): readonly Step[] {
  return [
    { id: 'before' },
    { id: 'wide', needs: ['before'], nodes: 3, work: untilOpen(gate) },
    { id: 'after', needs: ['wide'] },
    { id: 'last', needs: ['after', 'before'] },
  ];
}
