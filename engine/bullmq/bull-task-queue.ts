/** The task queue on BullMQ (port: engine/ports/task-queue.ts). Flights decide who works; a job here is only a ticket. */
import { SluiceError } from '../core/errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { TaskQueue, TicketConsumer } from '../ports/task-queue.ts';
import type { QueueConnection } from './connection-settings.ts';
import { createTicketAdder } from './ticket-adder.ts';
import { BullTicketConsumer, type BullWorkerOptions } from './ticket-consumer.ts';

export interface BullTaskQueueOptions {
  /** Options of ioredis, or `{ url }`. How to reconnect and when to give up is not taken from them. */
  readonly connection: QueueConnection;
  /** Begins every key, such as `sluice:`. */
  readonly prefix: string;
  readonly logger: Logger;
  readonly workerOptions?: BullWorkerOptions;
}

/** What `close` allows consumers that their owner left open, ms. */
const CONSUMER_CLOSE_MS = 1_000;

/**
 * `add` rejects with SluiceError `redis_unreachable` after about 10 s without Redis, `redis_refused` when Redis is full
 * or read-only, `closed` after `close`. Consumers reconnect by themselves and log at most once a second.
 */
export function createBullTaskQueue(options: BullTaskQueueOptions): TaskQueue {
  const { connection, prefix, logger, workerOptions = {} } = options;
  const adder = createTicketAdder({ connection, prefix, logger });
  const consumers = new Set<TicketConsumer>();
  let isClosed = false;

  function checkOpen(): void {
    if (isClosed) throw new SluiceError('closed', 'The task queue was closed; create a new one.');
  }

  return {
    async add(tickets) {
      checkOpen();
      if (tickets.length > 0) await adder.add(tickets);
    },
    async raise(tickets) {
      checkOpen();
      if (tickets.length > 0) await adder.raise(tickets);
    },
    consume(queue, slots, handler) {
      checkOpen();
      const consumer = new BullTicketConsumer({
        connection,
        prefix,
        logger,
        queue,
        slots,
        handler,
        workerOptions,
      });
      consumers.add(consumer);
      return consumer;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.all([...consumers].map((consumer) => consumer.close(CONSUMER_CLOSE_MS)));
      await adder.close();
    },
  };
}
