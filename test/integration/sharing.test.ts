/** Several orchestrators and workers share the load, and hand it over in good order. */
import { expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';
import type { Step } from '../support/cluster/workflow.ts';
import { expectGoodRun } from './expect-good-run.ts';

const WIDE: readonly Step[] = [
  { id: 'first' },
  { id: 'each', needs: ['first'], nodes: 60, work: 'sleep 0.05' },
  { id: 'last', needs: ['each', 'first'] },
];

it('spreads shards over two orchestrators, and a run over three workers', async (test) => {
  const cluster = await startCluster(test, { orchestrators: 2, workers: 3 });
  await cluster.until('all shards have owners, half of them each', () => isSpread(cluster));
  const run = await cluster.start(WIDE);
  await expectGoodRun(cluster, run, WIDE);
  const perWorker = cluster.workers.map(({ pid }) => linesOf(cluster, pid).length / 2);
  console.info(`tasks of each worker: ${perWorker.join(', ')}`);
  expect(Math.min(...perWorker)).toBeGreaterThan(5);
});

function linesOf(cluster: Cluster, worker: number) {
  return cluster.ledger.read().filter((line) => line.worker === worker);
}

async function isSpread(cluster: Cluster): Promise<boolean> {
  const owners = await cluster.shardOwners();
  const shares = cluster.orchestrators.map(({ pid }) => owners.filter((owner) => owner === pid).length);
  return shares.every((share) => share === cluster.shards / cluster.orchestrators.length);
}
