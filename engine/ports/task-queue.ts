/**
 * The task queue: hands tickets to workers, by priority. It may lose, repeat or reorder tickets; flights are the authority.
 * Adapters: engine/bullmq, engine/memory.
 */
import type { Ticket } from '../core/ticket.ts';

/**
 * What the handler answers: finished with the ticket, or give it back for a while (its claim is alive elsewhere), `as` another
 * ticket when its own node is done and one behind it was handed back.
 */
export type TicketVerdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly afterMs: number; readonly as?: Ticket };

export interface TicketConsumer {
  /** Takes no new tickets; those being worked on go on. */
  pause(): Promise<void>;
  resume(): void;
  /** Stops taking tickets and resolves when none is being worked on, or after `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

export interface TaskQueue {
  /** Adds tickets. The same ticket (run, node, generation, attempt, delivery) added twice is harmless. */
  add(tickets: readonly Ticket[]): Promise<void>;
  /** Gives tickets that nobody has taken yet their new priority; those that are not there (any more) are left out. */
  raise(tickets: readonly Ticket[]): Promise<void>;
  /**
   * Serves a queue with tickets of up to `slots` slots at once (a ticket takes one unless it says more). One that finds too
   * few of them free waits for them before others; one that wants more than there are goes back to the queue for others.
   * The handler never rejects on purpose.
   */
  consume(queue: string, slots: number, handler: (ticket: Ticket) => Promise<TicketVerdict>): TicketConsumer;
  close(): Promise<void>;
}
