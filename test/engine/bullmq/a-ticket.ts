import type { Ticket } from '../../../engine/core/ticket.ts';

/** A valid ticket; say only what matters. */
export function aTicket(given: Partial<Ticket> = {}): Ticket {
  return {
    v: 1,
    shard: 0,
    run: '01JD0000000000000000000000',
    node: 0,
    generation: 1,
    attempt: 1,
    workflow: 'weather',
    namespace: 'default',
    task: 'download',
    queue: 'default',
    priority: 800_001,
    uses: 'noop',
    with: {},
    env: {},
    logical_time: '2026-01-01T00:00:00Z',
    delivery: 0,
    ...given,
  };
}

export function tickets(count: number, given: Partial<Ticket> = {}): Ticket[] {
  return Array.from({ length: count }, (_, node) => aTicket({ node, ...given }));
}
