/** A worker process whose Redis does not exist: it closes once it has noticed, and must then end by itself. */
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';

const noticed = new Set<string>();
const logger = { ...SILENT, warn: (message: string): void => void note(message) };
const connection = { path: '/nonexistent/redis.sock' };
const queue = createBullTaskQueue({ connection, prefix: 'lonely:', logger });
const consumer = queue.consume('default', 2, async () => []);

async function note(message: string): Promise<void> {
  noticed.add(message.split(':', 1)[0] ?? '');
  // Both the adding and the consuming side have met the missing server.
  if (noticed.size !== 2) return;
  logger.warn = () => {};
  await consumer.close(200);
  await queue.close();
  process.stdout.write('closed\n');
}
