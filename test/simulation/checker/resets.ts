import { parseFlightKey } from '../../../engine/core/flight.ts';
import type { DurableEvent, Evidence, RunEvidence } from '../evidence.ts';
import type { SettleSeen } from '../history.ts';
import { ofEveryRun } from './invariant.ts';

type Found = { what: string; node: number };

/** Retry, rerun and mark: what was done is done again only after a reset. */
export const resets = ofEveryRun(
  'resets',
  'an accepted success is worked on again only in a newer generation, and each reset begins one',
  function* (run, evidence) {
    for (const [node, events] of run.byNode) yield* generationsOf(node, events);
    // What a store has forgotten is done again.
    if (!evidence.wentBack) yield* workAfterSuccess(run, evidence);
  },
);

function* generationsOf(node: number, events: readonly DurableEvent[]): Iterable<Found> {
  let last = 0;
  for (const { type, seq, detail } of events) {
    if (type !== 'node.reset') continue;
    const { generation = 0, as } = detail ?? {};
    // A fan-out of which some nodes run again stays in its generation.
    if (as === 'running' ? generation < last : generation <= last)
      yield { what: `reset (seq ${seq}) to generation ${generation} after ${last}`, node };
    last = generation;
  }
}

/**
 * Attempts count on over generations, so work on an attempt that had succeeded already is work too many; but for a worker that was
 * frozen between its claim and the work, and was taken for dead meanwhile.
 */
function* workAfterSuccess(run: RunEvidence, { history, ledger }: Evidence): Iterable<Found> {
  const accepted = new Map<string, SettleSeen>();
  const claimedAt = new Map<string, number>();
  for (const entry of history) {
    if (entry.kind === 'claim') {
      const { run: of, node, attempt } = parseFlightKey(entry.flight);
      if (of === run.id) claimedAt.set(`${node}/${attempt} ${entry.session}`, entry.at);
    }
    if (entry.kind !== 'settle' || entry.outcome.status !== 'succeeded') continue;
    const flight = parseFlightKey(entry.flight);
    if (flight.run === run.id) accepted.set(`${flight.node}/${flight.attempt}`, entry);
  }
  const tasks = new Map(run.workflow.plan.tasks.map(({ id }, index) => [id, index]));
  const nodes = new Map([...run.byNode.keys()].map((node) => [JSON.stringify(run.nodeName(node)), node]));
  for (const work of ledger.entries) {
    if (work.run !== run.id) continue;
    const node = nodes.get(JSON.stringify({ task: tasks.get(work.task) ?? -1, item: work.item })) ?? -1;
    const success = accepted.get(`${node}/${work.attempt}`);
    const claimed = claimedAt.get(`${node}/${work.attempt} ${work.session}`) ?? Number.POSITIVE_INFINITY;
    if (success && work.startedAt > success.at && claimed > success.at)
      yield { what: `attempt ${work.attempt} was worked on after its success was accepted`, node };
  }
}
