/** A Sluice orchestrator: owns all shards. */
import { randomUUID } from 'node:crypto';
import { createBullTaskQueue } from '../../engine/bullmq/index.ts';
import {
  createRedisMembership,
  createRedisRunIndex,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { createOrchestrator } from '../../engine/runtime/orchestrator/orchestrator.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { CONSOLE_LOGGER, connect, SHARDS } from '../sluice-parts.ts';
import type { RoleSettings, RunningRole } from './role.ts';

export async function startSluiceOrchestrator(settings: RoleSettings): Promise<RunningRole> {
  const { shards = SHARDS } = settings;
  const connections = connect(settings);
  const store = createRedisShardStore(connections, { shards });
  await store.shards(shards);
  const queue = createBullTaskQueue({
    connection: { path: settings.path },
    prefix: settings.prefix,
    logger: CONSOLE_LOGGER,
  });
  const orchestrator = createOrchestrator({
    id: randomUUID(),
    shards,
    store,
    queue,
    membership: createRedisMembership(connections),
    index: createRedisRunIndex(connections),
    actions: new Map(),
    clock: createRealClock(),
    logger: CONSOLE_LOGGER,
  });
  await orchestrator.start();
  return {
    async stop() {
      await orchestrator.stop();
      await queue.close();
      await store.close();
    },
  };
}
