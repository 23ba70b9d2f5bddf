/** Sluice: an orchestrator process and a worker process; the client is in the process that measures. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunEnded } from '../../engine/core/node-state.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { ShardStore } from '../../engine/ports/shard-store.ts';
import { createRedisRunIndex, createRedisShardStore } from '../../engine/redis/index.ts';
import { type Client, createClient } from '../../engine/runtime/client/client.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { memoryOf } from '../redis-memory.ts';
import { RoleChild } from '../role-child.ts';
import { chainPlan, connect, fanOutPlan, SHARDS } from '../sluice-parts.ts';
import { type Contender, type ContenderOptions, checked, type Sample } from './contender.ts';

/** Between two looks at a run that is about to end, ms. */
const LOOK_MS = 2;

interface SluiceParts {
  readonly client: Client;
  readonly store: ShardStore;
  readonly worker: RoleChild;
}

export async function openSluice(options: ContenderOptions): Promise<Contender> {
  const connections = connect(options);
  const store = createRedisShardStore(connections, { shards: SHARDS });
  await store.shards(SHARDS);
  const orchestrator = await RoleChild.start('sluice-orchestrator', options);
  const worker = await RoleChild.start('sluice-worker', options);
  const index = createRedisRunIndex(connections);
  const random = () => randomBytes(10);
  const client = createClient({ store, index, shards: SHARDS, clock: createRealClock(), random });
  const parts = { client, store, worker };
  return {
    name: 'sluice',
    processes: new Map([
      ['client', process.pid],
      ['orchestrator', orchestrator.pid],
      ['worker', worker.pid],
    ]),
    fanOuts: (count, width) => measureRuns(parts, fanOutPlan(width), count, width + 2),
    chains: (count, length) => measureRuns(parts, chainPlan(length), count, length),
    smallest: () => smallRun(parts),
    async bytesPerNode(width) {
      const before = await memoryOf(options);
      await measureRuns(parts, fanOutPlan(width), 1, width + 2);
      return ((await memoryOf(options)) - before) / (width + 2);
    },
    async close() {
      await worker.stop();
      await orchestrator.stop();
      await store.close();
    },
  };
}

/** Until all bodies have run and all runs have ended in Redis. */
async function measureRuns(parts: SluiceParts, plan: Plan, runs: number, nodes: number): Promise<Sample> {
  const { client, worker } = parts;
  const { reached } = await worker.expect(runs * nodes);
  const before = performance.now();
  const started = await Promise.all(Array.from({ length: runs }, () => client.start(plan)));
  await reached;
  await Promise.all(started.map(({ run }) => untilEnded(parts.store, run)));
  const ms = performance.now() - before;
  return checked({ ms, ...(await worker.report()) }, runs * nodes);
}

async function untilEnded(store: ShardStore, run: string): Promise<void> {
  for (;;) {
    const header = await store.readHeader(run);
    if (header === undefined) throw new Error(`Run ${run} is gone.`);
    if (header.status === 'succeeded') return;
    if (isRunEnded(header.status)) throw new Error(`Run ${run} ended as ${header.status}.`);
    await sleep(LOOK_MS);
  }
}

const SMALL = chainPlan(3);

/** As a caller does it: start, and wait for the result. */
async function smallRun(parts: SluiceParts): Promise<Sample> {
  await parts.worker.expect(3);
  const before = performance.now();
  const { run } = await parts.client.start(SMALL);
  const header = await parts.client.wait(run);
  const ms = performance.now() - before;
  if (header.status !== 'succeeded') throw new Error(`Run ${run} ended as ${header.status}.`);
  return checked({ ms, ...(await parts.worker.report()) }, 3);
}
