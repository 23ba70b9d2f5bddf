/** Sluice workers with one executor that does nothing, which is counted. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createBullTaskQueue } from '../../engine/bullmq/index.ts';
import { createMemoryWorkspace } from '../../engine/memory/workspace.ts';
import type { WorkerExecutor } from '../../engine/ports/executor.ts';
import {
  createRedisArtifactStore,
  createRedisLogStore,
  createRedisMembership,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { createWorker } from '../../engine/runtime/worker.ts';
import type { BodyCounter } from '../body-counter.ts';
import { CONSOLE_LOGGER, connect, SHARDS } from '../sluice-parts.ts';
import type { RoleSettings, RunningRole } from './role.ts';

export async function startSluiceWorker(settings: RoleSettings, counter: BodyCounter): Promise<RunningRole> {
  const workers = await Promise.all(
    Array.from({ length: settings.workers ?? 1 }, () => startOne(settings, counter)),
  );
  return {
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

async function startOne(settings: RoleSettings, counter: BodyCounter): Promise<RunningRole> {
  const { path, prefix, concurrency, shards = SHARDS } = settings;
  const connections = connect(settings);
  const store = createRedisShardStore(connections, { shards });
  const queue = createBullTaskQueue({ connection: { path }, prefix, logger: CONSOLE_LOGGER });
  const worker = createWorker({
    store,
    queue,
    membership: createRedisMembership(connections),
    logs: createRedisLogStore(connections, { shards }),
    artifacts: createRedisArtifactStore(connections, { shards }),
    workspace: createMemoryWorkspace(),
    executors: [countedNoop(counter)],
    clock: createRealClock(),
    logger: CONSOLE_LOGGER,
    session: randomUUID(),
    name: 'bench',
    queues: { default: concurrency },
  });
  await worker.start();
  return {
    async stop() {
      await worker.stop(1_000);
      await queue.close();
      await store.close();
    },
  };
}

function countedNoop(counter: BodyCounter): WorkerExecutor {
  return {
    name: 'bench',
    summary: 'Does nothing, for as long as it is told.',
    place: 'worker',
    needsWorkspace: false,
    options: z.object({ ms: z.number().default(0) }),
    run: async ({ ms }) => {
      if (typeof ms === 'number' && ms > 0) await sleep(ms);
      return counter.run();
    },
  };
}
