/** Small tickets that travel together, and are worked on one after another in one slot. */
import { MAX_BUNDLE } from './policy.ts';
import type { Ticket } from './ticket.ts';

export type Bundle = readonly [Ticket, ...Ticket[]];

/** All tickets in their order, those that travel alone as bundles of one. */
export function bundlesOf(tickets: readonly Ticket[]): readonly Bundle[] {
  const bundles: [Ticket, ...Ticket[]][] = [];
  for (const ticket of tickets) {
    const open = bundles.at(-1);
    if (open && open.length < MAX_BUNDLE && travelsWith(open[0], ticket)) open.push(ticket);
    else bundles.push([ticket]);
  }
  return bundles;
}

function travelsWith(first: Ticket, other: Ticket): boolean {
  return first.bundle !== undefined && first.bundle === other.bundle && first.priority === other.priority;
}
