/**
 * Adds tickets: one BullMQ Queue per queue name, all over one connection.
 * An outage shorter than about 10 s is waited through; a longer one rejects, and the relay adds again.
 */
import { Queue, RedisConnection } from 'bullmq';
import type { Ticket } from '../core/ticket.ts';
import type { Logger } from '../ports/logger.ts';
import {
  addingFailed,
  isForgottenScript,
  openForAdding,
  type QueueConnection,
} from './connection-settings.ts';
import { bullPrefix, type TicketJob, toJobs } from './job-form.ts';
import { createTroubleLog } from './trouble-log.ts';
import { settleWithin } from './within.ts';

/** Tickets in one pipeline. More is no faster, and holds the connection longer. */
const CHUNK = 250;
/** BullMQ records its own events for others to read; nobody here does. It takes no smaller number than one stream node. */
const EVENTS_KEPT = 100;
/** Up to so many are added one by one: the pipeline behind `addBulk` costs as much as several jobs. */
const FEW = 3;
const FIRST_CONNECT_MS = 10_000;
const CLOSE_MS = 1_000;
/** How often it is felt whether the connection is alive, ms. */
const PULSE_MS = 1_000;
/** In a Cluster each queue may be on a node of its own; of many some are asked. */
const FELT_QUEUES = 32;

export interface TicketAdder {
  add(tickets: readonly Ticket[]): Promise<void>;
  raise(tickets: readonly Ticket[]): Promise<void>;
  close(): Promise<void>;
}

export interface TicketAdderOptions {
  readonly connection: QueueConnection;
  readonly prefix: string;
  readonly logger: Logger;
}

export function createTicketAdder(options: TicketAdderOptions): TicketAdder {
  const trouble = createTroubleLog(options.logger, 'Adding to the task queue');
  const report = (error: unknown): void => trouble.report(error);
  const opened = openForAdding(options.connection);
  const connection = new RedisConnection(opened.connection, { blocking: false });
  connection.on('error', report);
  const queues = new Map<string, Queue>();
  const pulse = setInterval(() => void feel(), PULSE_MS).unref();
  let isFeeling = false;

  /** Asks something, so that a connection that nobody is left at the end of is found dead before the next ticket needs it. */
  async function feel(): Promise<void> {
    if (isFeeling || queues.size === 0) return;
    isFeeling = true;
    const client = await connection.client.catch(() => undefined);
    const felt = [...queues.values()].slice(0, client?.isCluster ? FELT_QUEUES : 1);
    await Promise.allSettled(felt.map((queue) => client?.hexists(queue.keys['meta'] ?? '', 'version')));
    isFeeling = false;
  }

  async function open(name: string): Promise<Queue> {
    const client = await connection.client;
    const known = queues.get(name);
    if (known) return known;
    const queue = new Queue(name, {
      connection: client,
      prefix: bullPrefix(options.prefix, name),
      streams: { events: { maxLen: EVENTS_KEPT } },
    });
    queue.on('error', report);
    queues.set(name, queue);
    return queue;
  }

  async function addTo(name: string, jobs: TicketJob[]): Promise<void> {
    try {
      const queue = await settleWithin(FIRST_CONNECT_MS, open(name));
      if (queue === undefined) throw new Error('no connection');
      for (let at = 0; at < jobs.length; at += CHUNK) await addChunk(queue, jobs.slice(at, at + CHUNK));
    } catch (error) {
      throw addingFailed(error, name, jobs.length);
    }
  }

  return {
    async add(tickets) {
      await Promise.all([...groupByQueue(tickets)].map(([name, jobs]) => addTo(name, jobs)));
    },
    async raise(tickets) {
      await Promise.all(
        [...groupByQueue(tickets)].map(async ([name, jobs]) => raiseIn(await open(name), jobs)),
      );
    },
    async close() {
      clearInterval(pulse);
      await settleWithin(CLOSE_MS, Promise.allSettled([...queues.values()].map((queue) => queue.close())));
      const closed = await settleWithin(
        CLOSE_MS,
        connection.close().then(() => true),
      );
      // An orderly QUIT waits for a Redis that may be away.
      if (closed !== true) connection.disconnect(false).catch(report);
      opened.end();
    },
  };
}

async function addChunk(queue: Queue, jobs: TicketJob[]): Promise<void> {
  if (jobs.length <= FEW) {
    await Promise.all(jobs.map(({ name, data, opts }) => queue.add(name, data, opts)));
    return;
  }
  try {
    await queue.addBulk(jobs);
  } catch (error) {
    if (!isForgottenScript(error)) throw error;
    await queue.addBulk(jobs);
  }
}

/** One that was taken meanwhile, or travels in a bundle, is left as it is. */
async function raiseIn(queue: Queue, jobs: readonly TicketJob[]): Promise<void> {
  for (const { opts } of jobs) {
    const job = opts.jobId === undefined ? undefined : await queue.getJob(opts.jobId);
    await job?.changePriority({ priority: opts.priority ?? 1 }).catch((error: unknown) => {
      if (!isAlreadyTaken(error)) throw error;
    });
  }
}

/** BullMQ's word for a job that is gone. */
function isAlreadyTaken(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Missing key for job');
}

function groupByQueue(tickets: readonly Ticket[]): Map<string, TicketJob[]> {
  const groups = new Map<string, Ticket[]>();
  for (const ticket of tickets) {
    const group = groups.get(ticket.queue);
    if (group) group.push(ticket);
    else groups.set(ticket.queue, [ticket]);
  }
  return new Map([...groups].map(([queue, group]) => [queue, toJobs(group)]));
}
