/** A Sluice worker with one executor that does nothing, which is counted. */
import { randomUUID } from 'node:crypto';
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
  const { path, prefix, concurrency } = settings;
  const connections = connect(settings);
  const store = createRedisShardStore(connections, { shards: SHARDS });
  const queue = createBullTaskQueue({ connection: { path }, prefix, logger: CONSOLE_LOGGER });
  const worker = createWorker({
    store,
    queue,
    membership: createRedisMembership(connections),
    logs: createRedisLogStore(connections, { shards: SHARDS }),
    artifacts: createRedisArtifactStore(connections, { shards: SHARDS }),
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
    summary: 'Does nothing.',
    place: 'worker',
    needsWorkspace: false,
    options: z.object({}),
    run: async () => counter.run(),
  };
}
