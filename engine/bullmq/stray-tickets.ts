/**
 * Tickets that wait in queues though nobody waits for their work any more. A worker would drop each; without one they wait for ever.
 * Taking out too many does no harm: an owner adds a ticket again that nobody has claimed.
 */
import { Queue, RedisConnection } from 'bullmq';
import { flightKey } from '../core/flight.ts';
import { openForAdding, type QueueConnection } from './connection-settings.ts';
import { bullPrefix, readTickets } from './job-form.ts';

export interface StrayTicket {
  readonly queue: string;
  /** Of its job. */
  readonly id: string;
}

export interface StrayTicketOptions {
  readonly connection: QueueConnection;
  readonly prefix: string;
  /** Which of these flights of a shard are there. */
  readonly areThere: (shard: number, flights: readonly string[]) => Promise<readonly boolean[]>;
  /** Those added later are left alone, ms since 1970. */
  readonly addedBefore: number;
}

const PIECE = 200;
/** Not `active`: a worker is about to find out. */
const WAITING = ['wait', 'prioritized', 'delayed'] as const;

export function findStrayTickets(
  options: StrayTicketOptions,
  queues: readonly string[],
): Promise<StrayTicket[]> {
  return withQueues(options, queues, async (queue) => {
    const stray: StrayTicket[] = [];
    for (const type of WAITING) {
      for (let at = 0; ; at += PIECE) {
        const jobs = await queue.getJobs(type, at, at + PIECE - 1);
        for (const job of jobs) {
          // One that was taken meanwhile is read as nothing.
          if (job?.id === undefined || job.timestamp >= options.addedBefore) continue;
          const tickets = readTickets(job.data);
          const there = await Promise.all(
            tickets.map(({ shard, run, node, generation, attempt }) =>
              options.areThere(shard, [flightKey(run, node, generation, attempt)]),
            ),
          );
          if (tickets.length > 0 && !there.flat().includes(true))
            stray.push({ queue: queue.name, id: job.id });
        }
        if (jobs.length < PIECE) break;
      }
    }
    return stray;
  });
}

/** Answers how many: one that a worker has taken meanwhile stays. */
export async function removeTickets(
  options: Pick<StrayTicketOptions, 'connection' | 'prefix'>,
  tickets: readonly StrayTicket[],
): Promise<number> {
  const queues = [...new Set(tickets.map(({ queue }) => queue))];
  const removed = await withQueues(options, queues, async (queue) => {
    const own = tickets.filter((ticket) => ticket.queue === queue.name);
    return Promise.all(own.map(({ id }) => queue.remove(id)));
  });
  return removed.filter((count) => count === 1).length;
}

/** Without a trace in queues that were only looked at. */
async function withQueues<Found>(
  { connection, prefix }: Pick<StrayTicketOptions, 'connection' | 'prefix'>,
  names: readonly string[],
  work: (queue: Queue) => Promise<Found[]>,
): Promise<Found[]> {
  const opened = openForAdding(connection);
  const redis = new RedisConnection(opened.connection, { blocking: false });
  redis.on('error', () => {});
  try {
    const client = await redis.client;
    const found: Found[] = [];
    for (const name of names) {
      const queue = new Queue(name, {
        connection: client,
        prefix: bullPrefix(prefix, name),
        skipMetasUpdate: true,
      });
      queue.on('error', () => {});
      found.push(...(await work(queue)));
      await queue.close();
    }
    return found;
  } finally {
    await redis.close();
    opened.end();
  }
}
