import type { Ticket } from '../../../engine/core/ticket.ts';
import type { TicketHandler } from '../../../engine/ports/task-queue.ts';
import type { TicketVerdict } from '../../../engine/ports/ticket-verdict.ts';
import { oneByOne } from '../../support/ticket-handler.ts';

/** A handler that notes what it was given, and lets a test wait for it. */
export interface Collector {
  readonly seen: Ticket[];
  readonly handler: TicketHandler;
  /** Resolves once that many tickets have come. */
  reached(count: number): Promise<void>;
}

export function collect(
  verdict: (ticket: Ticket) => TicketVerdict | Promise<TicketVerdict> = () => DONE,
): Collector {
  const seen: Ticket[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    seen,
    handler: oneByOne((ticket) => {
      seen.push(ticket);
      for (const { resolve } of waiting.filter(({ count }) => count <= seen.length)) resolve();
      waiting = waiting.filter(({ count }) => count > seen.length);
      return verdict(ticket);
    }),
    reached(count) {
      if (seen.length >= count) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push({ count, resolve });
      });
    },
  };
}

export const DONE: TicketVerdict = { kind: 'done' };

/** Something to wait for that the test opens. */
export function createGate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
