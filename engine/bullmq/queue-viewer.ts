/** Queues opened to be looked at, by programs that show BullMQ's own state. Nothing is written, not even that somebody looks. */
import { Queue, RedisConnection } from 'bullmq';
import type { Logger } from '../ports/logger.ts';
import { openForAdding, type QueueConnection } from './connection-settings.ts';
import { bullPrefix } from './job-form.ts';
import { createTroubleLog } from './trouble-log.ts';

export interface QueueViewer {
  open(name: string): Promise<Queue>;
  close(): Promise<void>;
}

interface Options {
  readonly connection: QueueConnection;
  readonly prefix: string;
  readonly logger: Logger;
}

export function createQueueViewer({ connection, prefix, logger }: Options): QueueViewer {
  const trouble = createTroubleLog(logger, 'Looking at the task queue');
  const report = (error: unknown): void => trouble.report(error);
  const opened = openForAdding(connection);
  const shared = new RedisConnection(opened.connection, { blocking: false });
  shared.on('error', report);
  const queues = new Map<string, Queue>();
  return {
    async open(name) {
      const client = await shared.client;
      const known = queues.get(name);
      if (known) return known;
      const queue = new Queue(name, {
        connection: client,
        prefix: bullPrefix(prefix, name),
        skipMetasUpdate: true,
      });
      queue.on('error', report);
      queues.set(name, queue);
      return queue;
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      shared.disconnect(false).catch(report);
      opened.end();
    },
  };
}
