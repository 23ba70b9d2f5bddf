/**
 * How a ticket looks as a BullMQ job: names, id, options, and back again. "Job" is BullMQ's word and stays in this folder.
 *
 * A worker in another language opens the queue `<name>` under BullMQ's prefix `bullPrefix(prefix, name)`.
 */
import type { JobsOptions } from 'bullmq';
import { type Bundle, bundlesOf } from '../core/bundle.ts';
import type { Ticket } from '../core/ticket.ts';

/** Small tickets that travel as one job, and are worked on one after another. */
export interface TicketBundle {
  readonly v: 1;
  readonly bundle: readonly Ticket[];
}

/** What `Queue.addBulk` takes. */
export interface TicketJob {
  readonly name: string;
  readonly data: Ticket | TicketBundle;
  readonly opts: JobsOptions;
}

const PRIORITY_FIRST = 1;
const PRIORITY_LAST = 2_097_151;

/**
 * BullMQ's `prefix` option for one queue. The braces make all keys of the queue one slot in Redis Cluster, and another
 * queue another slot. BullMQ puts `:<queue>:` behind it, so no name of a user can meet one of BullMQ's own keys.
 */
export function bullPrefix(prefix: string, queue: string): string {
  return `${prefix}bull{${queue}}`;
}

/** The id that makes a second add of the same ticket harmless. Never an integer, and never a name that BullMQ uses as a key. */
export function jobIdOf(ticket: Ticket): string {
  return `t-${ticket.run}-${ticket.node}-${ticket.generation}-${ticket.attempt}-${ticket.delivery}`;
}

/** Tickets as jobs, in order. */
export function toJobs(tickets: readonly Ticket[]): TicketJob[] {
  return bundlesOf(tickets).map(toJob);
}

export function toJob(tickets: Bundle): TicketJob {
  const [ticket] = tickets;
  const isBundle = tickets.length > 1;
  return {
    name: ticket.task,
    data: dataOf(tickets),
    opts: {
      jobId: isBundle ? `${jobIdOf(ticket)}-x${tickets.length}` : jobIdOf(ticket),
      priority: clampPriority(ticket.priority),
      // Retries are the shard's. A job that ended must leave no trace: while its id exists, an add of it is ignored.
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: true,
    },
  };
}

/** What the job of these tickets carries. */
export function dataOf(tickets: Bundle): Ticket | TicketBundle {
  const [ticket] = tickets;
  return tickets.length > 1 ? { v: 1, bundle: tickets } : ticket;
}

/** A job without priority would run before all others, so there is always one. */
function clampPriority(priority: number): number {
  if (!Number.isFinite(priority)) return PRIORITY_LAST;
  return Math.min(Math.max(Math.trunc(priority), PRIORITY_FIRST), PRIORITY_LAST);
}

/** The tickets of a job's data; none when something else was put into the queue. */
export function readTickets(data: unknown): readonly Ticket[] {
  const bundle = typeof data === 'object' && data !== null && 'bundle' in data ? data.bundle : undefined;
  const tickets = (Array.isArray(bundle) ? bundle : [data]).map(readTicket);
  return tickets.every((ticket) => ticket !== undefined) ? tickets : [];
}

function readTicket(data: unknown): Ticket | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const found = data as Partial<Ticket>;
  const numbers = [found.shard, found.node, found.generation, found.attempt, found.delivery];
  const texts = [found.run, found.task, found.queue, found.uses];
  const isTicket =
    found.v === 1 &&
    numbers.every((value) => Number.isSafeInteger(value)) &&
    texts.every((value) => typeof value === 'string' && value !== '');
  return isTicket ? (data as Ticket) : undefined;
}
