import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { taskQueueContract } from '../../contract/task-queue.ts';
import { testRedis } from '../../support/redis.ts';

taskQueueContract('BullMQ', async () => {
  const redis = await testRedis();
  const queue = createBullTaskQueue({ connection: redis.connection, prefix: redis.prefix, logger: SILENT });
  return {
    queue,
    async close() {
      await queue.close();
      await redis.close();
    },
  };
});
