/** A handler of single tickets as a handler of those that travel together. */
import type { Ticket } from '../../engine/core/ticket.ts';
import type { TicketHandler } from '../../engine/ports/task-queue.ts';
import type { TicketVerdict } from '../../engine/ports/ticket-verdict.ts';

export function oneByOne(handle: (ticket: Ticket) => TicketVerdict | Promise<TicketVerdict>): TicketHandler {
  return async (tickets) => {
    const verdicts: TicketVerdict[] = [];
    for (const ticket of tickets) verdicts.push(await handle(ticket));
    return verdicts;
  };
}
