/**
 * The task queue: hands tickets to workers, by priority. It may lose, repeat or reorder tickets; flights are the authority.
 * Adapters: engine/bullmq, engine/memory.
 */
import type { Ticket } from '../core/ticket.ts';
import type { TicketVerdict } from './ticket-verdict.ts';

/**
 * Works on tickets that travel together, one after another in one slot, and answers for each, in order. Rejects only when it has a
 * defect.
 */
export type TicketHandler = (tickets: readonly Ticket[]) => Promise<readonly TicketVerdict[]>;

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
   * Serves a queue with tickets of up to `slots` slots at once (a ticket takes one unless it says more, a bundle takes one). One
   * that finds too few of them free waits for them before others; one that wants more than there are goes back to the queue for
   * others. What is to come later of a bundle comes later together.
   */
  consume(queue: string, slots: number, handler: TicketHandler): TicketConsumer;
  close(): Promise<void>;
}
