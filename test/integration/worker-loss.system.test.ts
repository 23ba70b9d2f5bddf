/** Workers are killed or freeze in the middle of a run; others take over, and nothing is applied twice. */
import { expect, it } from 'vitest';
import { nodeOf } from '../support/cluster/ledger.ts';
import { type Step, untilOpen } from '../support/cluster/workflow.ts';
import { clusterForFile } from '../support/cluster.ts';
import { expectGoodRun } from './expect-good-run.ts';
import { expectWithin } from './expect-within.ts';

const cluster = clusterForFile({ orchestrators: 1, workers: 2 });

it('goes on when one of two workers is killed', async () => {
  const steps: readonly Step[] = [
    { id: 'first' },
    { id: 'each', needs: ['first'], nodes: 4, work: untilOpen('one-of-two') },
    { id: 'last', needs: ['each'] },
  ];
  const run = await cluster().start(steps);
  const begun = await cluster().begun(run, 'each', 4);
  const [one] = begun;
  if (one === undefined) throw new Error('nobody began');
  const lost = new Set(begun.filter(({ worker }) => worker === one.worker).map(nodeOf));
  const at = await cluster().kill9(cluster().workerOf(one));
  const all = await cluster().begun(run, 'each', 4 + lost.size);
  cluster().open('one-of-two');
  const again = all.slice(4);
  expect(new Set(again.map(nodeOf))).toEqual(lost);
  expectWithin(10_000, 'kill -9 of a worker → its node runs elsewhere', at, again[0]?.at);
  await expectGoodRun(cluster(), run, steps);
});

it('goes on with a new worker when the only one is killed', async () => {
  await cluster().kill9(...cluster().liveWorkers.slice(1));
  const steps: readonly Step[] = [
    { id: 'long', work: untilOpen('only-one') },
    { id: 'last', needs: ['long'] },
  ];
  const run = await cluster().start(steps);
  await cluster().begun(run, 'long');
  const at = await cluster().kill9(...cluster().liveWorkers);
  await cluster().addWorker();
  const [, again] = await cluster().begun(run, 'long', 2);
  cluster().open('only-one');
  expectWithin(15_000, 'kill -9 of the only worker → its node runs in a new one', at, again?.at);
  await expectGoodRun(cluster(), run, steps);
});

it('records the result of a worker that was frozen for 8 s, and does not apply it', async () => {
  await cluster().fill({ orchestrators: 1, workers: 2 });
  const steps: readonly Step[] = [
    { id: 'long', work: untilOpen('frozen') },
    { id: 'last', needs: ['long'], work: untilOpen('thawed') },
  ];
  const run = await cluster().start(steps);
  const [begun] = await cluster().begun(run, 'long');
  if (begun === undefined) throw new Error('nobody began');
  const victim = cluster().workerOf(begun);
  const at = Date.now();
  cluster().freeze(victim);
  const thawed = new Promise<void>((resolve) => {
    setTimeout(() => resolve(victim.thaw()), 8_000);
  });
  const [, again] = await cluster().begun(run, 'long', 2);
  expectWithin(10_000, 'SIGSTOP of a worker → its node runs elsewhere', at, again?.at);
  cluster().open('frozen');
  await thawed;
  await cluster().until('the late result is recorded', async () =>
    (await cluster().client.events(run)).some(({ type }) => type === 'node.late'),
  );
  cluster().open('thawed');
  const history = await expectGoodRun(cluster(), run, steps);
  const late = history.find(({ type }) => type === 'node.late');
  expect(late).toMatchObject({ node: 'long', worker: victim.name, delivery: 1 });
  expect(history.find(({ type, node }) => type === 'node.succeeded' && node === 'long')?.seq).toBeLessThan(
    late?.seq ?? 0,
  );
});
