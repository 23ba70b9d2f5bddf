/** What a handler answers for a ticket, and what that leaves of tickets that travelled together. */
import type { Ticket } from '../core/ticket.ts';

/**
 * Finished with the ticket, or give it back for a while (its claim is alive elsewhere), `as` another ticket when its own node is done
 * and one behind it was handed back.
 */
export type TicketVerdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly afterMs: number; readonly as?: Ticket };

/** What is to come again, together, after the longest of its pauses. */
export interface LeftTickets {
  readonly left: readonly Ticket[];
  readonly afterMs: number;
}

/** @param unanswered the verdict on tickets that the handler did not answer for. */
export function leftOf(
  tickets: readonly Ticket[],
  verdicts: readonly TicketVerdict[],
  unanswered: TicketVerdict,
): LeftTickets {
  const left: Ticket[] = [];
  let afterMs = 0;
  tickets.forEach((ticket, at) => {
    const verdict = verdicts[at] ?? unanswered;
    if (verdict.kind === 'done') return;
    left.push(verdict.as ?? ticket);
    afterMs = Math.max(afterMs, verdict.afterMs);
  });
  return { left, afterMs };
}
