/** Serves plain BullMQ and FlowProducer: one Worker with BullMQ's own defaults but for the concurrency. */
import { Queue, Worker } from 'bullmq';
import type { BodyCounter } from '../body-counter.ts';
import type { RoleSettings, RunningRole } from './role.ts';

export const BULL_QUEUE = 'bench';

/** Data of a job: nodes of its chain that follow it. Plain BullMQ has no graph, so the body itself adds the next. */
export interface ChainLink {
  readonly left: number;
}

export async function startBullWorker(settings: RoleSettings, counter: BodyCounter): Promise<RunningRole> {
  const { path, prefix, concurrency } = settings;
  const queue = new Queue(BULL_QUEUE, { connection: { path }, prefix });
  const worker = new Worker<ChainLink>(
    BULL_QUEUE,
    async (job) => {
      if (job.data.left > 0) await queue.add('next', { left: job.data.left - 1 }, KEEP_NOTHING);
      return counter.run();
    },
    { connection: { path, maxRetriesPerRequest: null }, prefix, concurrency },
  );
  const complain = (error: Error): void => console.error(error.message);
  queue.on('error', complain);
  worker.on('error', complain);
  await worker.waitUntilReady();
  return {
    async stop() {
      await worker.close();
      await queue.close();
    },
  };
}

/** BullMQ is fastest when finished jobs are removed. */
export const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true } as const;
