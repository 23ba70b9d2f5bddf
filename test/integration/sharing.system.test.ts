/** Two orchestrators and three workers share the load, and hand it over in good order; clients reach them from other processes. */
import { expect, it } from 'vitest';
import { type Step, untilOpen } from '../support/cluster/workflow.ts';
import { clusterForFile } from '../support/cluster.ts';
import { groupLives } from '../support/process-group.ts';
import { expectGoodRun } from './expect-good-run.ts';
import { expectWithin } from './expect-within.ts';

const cluster = clusterForFile({ orchestrators: 2, workers: 3, slots: 2 });

it('spreads shards over both orchestrators, and a run of 62 nodes over all three workers', async () => {
  await cluster().until('each orchestrator owns half of the shards', async () => {
    const owners = await cluster().shardOwners();
    const counts = cluster().orchestrators.map(({ pid }) => owners.filter((owner) => owner === pid).length);
    return counts.every((count) => count === owners.length / 2);
  });
  const steps: readonly Step[] = [
    { id: 'first' },
    { id: 'each', needs: ['first'], nodes: 60, work: 'sleep 0.05' },
    { id: 'last', needs: ['each', 'first'] },
  ];
  const run = await cluster().start(steps);
  await expectGoodRun(cluster(), run, steps);
  const done = await cluster().begun(run, 'each');
  const perWorker = cluster().workers.map(({ pid }) => done.filter(({ worker }) => worker === pid).length);
  console.info(`nodes that each worker did: ${perWorker.join(', ')}`);
  expect(Math.min(...perWorker)).toBeGreaterThan(5);
});

it('makes one run of an idempotency key that two clients use at once', async () => {
  const steps: readonly Step[] = [{ id: 'only' }];
  const file = await cluster().writeWorkflow(steps, 'once');
  const start = () => cluster().command('start', file, '--idempotency-key', 'tuesday');
  const [one, other] = await Promise.all([start(), start()]);
  expect([one.code, other.code]).toEqual([0, 0]);
  expect(other.stdout).toBe(one.stdout);
  await expectGoodRun(cluster(), one.stdout.trim(), steps);
});

it('shows from another process what happened, to the same effect as in this one', async () => {
  const steps: readonly Step[] = [{ id: 'a' }, { id: 'b', needs: ['a'] }];
  const run = await cluster()
    .start(steps, '--wait', '--json')
    .then((json) => JSON.parse(json).id);
  const history = await expectGoodRun(cluster(), run, steps);
  const { stdout } = await cluster().command('show', run, '--events', '--json');
  expect(JSON.parse(stdout)).toEqual(history);
});

it('ends the work of a run that is cancelled, with all processes that it started', async () => {
  const steps: readonly Step[] = [
    { id: 'endless', work: 'sleep 600 & sleep 600 & wait' },
    { id: 'after', needs: ['endless'] },
  ];
  const run = await cluster().start(steps);
  const [begun] = await cluster().begun(run, 'endless');
  const { code } = await cluster().command('cancel', run, '--grace', '1s');
  expect(code).toBe(0);
  const told = await cluster().waitForRun(run);
  expect(told.status).toBe('cancelled');
  expect(told.nodes.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  expect(groupLives(begun?.pid ?? 0)).toBe(false);
});

it('hands the work of a worker that is stopped to another at once', async () => {
  const steps: readonly Step[] = [
    { id: 'long', work: untilOpen('long') },
    { id: 'after', needs: ['long'] },
  ];
  const run = await cluster().start(steps);
  const [begun] = await cluster().begun(run, 'long');
  if (begun === undefined) throw new Error('nobody began');
  const at = Date.now();
  const ended = cluster().stop(cluster().workerOf(begun));
  const [, again] = await cluster().begun(run, 'long', 2);
  cluster().open('long');
  // Sooner than anybody could have taken it for dead.
  expectWithin(5_000, 'SIGTERM of a worker → its node runs elsewhere', at, again?.at);
  expect((await ended).code).toBe(0);
  await expectGoodRun(cluster(), run, steps);
});

it('moves the shards of an orchestrator that is stopped to the other', async () => {
  const steps: readonly Step[] = [
    { id: 'before' },
    { id: 'long', needs: ['before'], work: untilOpen('moved') },
    { id: 'after', needs: ['long'] },
  ];
  const run = await cluster().start(steps);
  await cluster().begun(run, 'long');
  const [leaving, staying] = cluster().liveOrchestrators;
  if (leaving === undefined || staying === undefined) throw new Error('there should be two orchestrators');
  const at = Date.now();
  const ended = cluster().stop(leaving);
  await cluster().until('the other owns all shards', async () => {
    return (await cluster().shardOwners()).every((owner) => owner === staying.pid);
  });
  expectWithin(10_000, 'SIGTERM of an orchestrator → all its shards have another owner', at, Date.now());
  cluster().open('moved');
  expect((await ended).code).toBe(0);
  await expectGoodRun(cluster(), run, steps);
});

it('takes in orchestrators and workers under load, and lets others go: each shard has an owner, each node runs once', async () => {
  const steps: readonly Step[] = [
    { id: 'first' },
    { id: 'each', needs: ['first'], nodes: 50, work: 'sleep 0.1' },
    { id: 'last', needs: ['each'] },
  ];
  const runs = await Promise.all([1, 2, 3].map(() => cluster().start(steps)));
  const [oldOwner] = cluster().liveOrchestrators;
  const [oldWorker] = cluster().liveWorkers;
  if (oldOwner === undefined || oldWorker === undefined) throw new Error('there should be one of each');
  const [newOwner, newWorker] = await Promise.all([cluster().addOrchestrator(), cluster().addWorker()]);
  const ownedBy = async ({ pid }: { readonly pid: number }) =>
    (await cluster().shardOwners()).filter((owner) => owner === pid).length;
  const shards = (await cluster().shardOwners()).length;
  await cluster().until('each orchestrator owns half of the shards', async () => {
    return (await ownedBy(oldOwner)) === shards / 2 && (await ownedBy(newOwner)) === shards / 2;
  });
  const begunBy = () =>
    cluster()
      .ledger.read()
      .filter(({ worker }) => worker === newWorker.pid).length;
  await cluster().until('the new worker is at work', () => begunBy() > 3);
  const left = await Promise.all([cluster().stop(oldOwner), cluster().stop(oldWorker)]);
  expect(left.map(({ code }) => code)).toEqual([0, 0]);
  await cluster().until(
    'the new orchestrator owns all shards',
    async () => (await ownedBy(newOwner)) === shards,
  );
  for (const run of runs) {
    await expectGoodRun(cluster(), run, steps);
    const begun = await cluster().begun(run, 'each', 50);
    expect(new Set(begun.map(({ index }) => index)).size).toBe(begun.length);
  }
});
