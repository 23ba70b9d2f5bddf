/** What the owner of a shard tells a tracer. */
import type { Commit } from '../../core/commit.ts';
import type { ShardState } from '../../core/shard-state.ts';
import type { Ticket } from '../../core/ticket.ts';
import type { RunTracer, TracedCommit } from '../../ports/tracer.ts';

/** Each with the context of its node. */
export function tracedTickets(
  tracer: RunTracer,
  { runs }: ShardState,
  tickets: readonly Ticket[],
): readonly Ticket[] {
  return tickets.map((ticket) => {
    const run = runs.get(ticket.run);
    if (!run) return ticket;
    return { ...ticket, traceparent: tracer.contextOf(run.header, ticket.node, ticket.generation) };
  });
}

/** Runs that have ended are still in memory now. */
export function tracedCommit({ runs }: ShardState, commit: Commit): Pick<TracedCommit, 'runs'> {
  return {
    runs: commit.runs.flatMap((change) => {
      const run = runs.get(change.run);
      return run ? [{ run, change }] : [];
    }),
  };
}
