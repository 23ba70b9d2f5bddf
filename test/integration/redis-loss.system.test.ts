/** Redis dies or hangs in the middle of a run. What is alive keeps its work, and nothing runs twice. */
import { setTimeout as pause } from 'node:timers/promises';
import { it } from 'vitest';
import { type Step, untilOpen } from '../support/cluster/workflow.ts';
import { clusterForFile } from '../support/cluster.ts';
import { expectGoodRun } from './expect-good-run.ts';
import { expectWithin } from './expect-within.ts';

const cluster = clusterForFile({ orchestrators: 1, workers: 2 });

it('goes on when Redis is killed and started again on its append-only file', async () => {
  const steps = stepsUntil('redis-killed');
  const run = await cluster().start(steps);
  await cluster().begun(run, 'wide', 3);
  await cluster().redis.kill9();
  // Work that ends meanwhile keeps its outcome until Redis takes it.
  cluster().open('redis-killed');
  await cluster().until(
    'the work has ended',
    () =>
      cluster()
        .ledger.read()
        .filter((line) => line.run === run && line.task === 'wide' && line.what === 'end').length === 3,
  );
  await cluster().redis.restart();
  const at = Date.now();
  const [next] = await cluster().begun(run, 'after');
  expectWithin(10_000, 'Redis answers again after kill -9 → next dispatch', at, next?.at);
  await expectGoodRun(cluster(), run, steps);
});

it('runs nothing again that lived through 5 s of a frozen Redis', async () => {
  const steps = stepsUntil('redis-frozen');
  const run = await cluster().start(steps);
  await cluster().begun(run, 'wide', 3);
  cluster().redis.freeze();
  await pause(5_000);
  cluster().redis.thaw();
  const at = Date.now();
  cluster().open('redis-frozen');
  const [next] = await cluster().begun(run, 'after');
  expectWithin(10_000, 'Redis answers again after 5 s → next dispatch', at, next?.at);
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
