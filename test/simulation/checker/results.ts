import { parseFlightKey } from '../../../engine/core/flight.ts';
import type { SettleSeen } from '../history.ts';
import type { Invariant } from './invariant.ts';

/** I7: what was accepted stays, with exactly the outputs that were given. */
export const results: Invariant = {
  name: 'results',
  promise:
    'an accepted outcome takes effect once: a success stays a success with its outputs, a failure is retried or final',
  *check({ history, runs }) {
    const byId = new Map(runs.map((run) => [run.id, run]));
    const accepted = history.filter(
      (entry): entry is SettleSeen => entry.kind === 'settle' && entry.lost !== true,
    );
    for (const { flight, outcome, delivery } of accepted) {
      const { run: id, node, attempt } = parseFlightKey(flight);
      const run = byId.get(id);
      if (!run || run.header.finishedAt === undefined) continue;
      const about = (run.byNode.get(node) ?? []).filter((event) => event.attempt === attempt);
      const expected = {
        succeeded: ['node.succeeded'],
        failed: ['node.failed', 'node.retrying'],
        cancelled: ['node.cancelled'],
      }[outcome.status];
      const found = about.filter(({ type }) => expected.includes(type));
      if (found.length !== 1) {
        const seen = about.map(({ type }) => type).join(', ');
        yield {
          what: `an accepted ${outcome.status} (attempt ${attempt}, delivery ${delivery}) is ${found.length} times in the history: ${seen}`,
          run: id,
          node,
        };
      }
      if (outcome.status !== 'succeeded') continue;
      const stored = JSON.stringify(run.outputs.get(node)?.o);
      if (stored !== JSON.stringify(outcome.outputs))
        yield {
          what: `outputs stored ${stored}, accepted ${JSON.stringify(outcome.outputs)}`,
          run: id,
          node,
        };
    }
    const twice = new Set<string>();
    for (const { flight } of accepted) {
      const { run, node } = parseFlightKey(flight);
      if (twice.has(flight)) yield { what: `two outcomes of flight ${flight} were accepted`, run, node };
      twice.add(flight);
    }
  },
};
