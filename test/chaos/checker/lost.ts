import { disturbancesOf, type Evidence, wasDisturbed } from '../evidence.ts';
import { ofEachRun } from './invariant.ts';
import { lostItsWorkers } from './outcome.ts';

/** Deaths after which a node is taken for the cause. */
const DEATHS = 3;

/** No success becomes a failure: `worker_lost` needs three workers that were really lost. */
export const lost = ofEachRun(
  'lost',
  'a node fails as worker_lost only when three workers were lost meanwhile, and none that began it was left in peace',
  function* ({ history, ledger }, evidence) {
    for (const { node, attempt, seq, at } of history.filter(lostItsWorkers)) {
      const starts = ledger.filter(
        (line) => line.what === 'start' && line.node === node && line.attempt === attempt,
      );
      for (const { worker } of starts)
        if (disturbancesOf(evidence, worker).length === 0)
          yield `${node} failed as worker_lost, but its worker ${worker} was left in peace`;
      // A worker may be lost between its claim and its first line, so the ledger does not know all of them.
      const queued = history.findLast(
        (event) => event.node === node && event.type === 'node.queued' && event.seq < seq,
      );
      const from = Date.parse(queued?.at ?? at);
      if (workersLost(evidence, from, Date.parse(at)) < DEATHS)
        yield `${node} failed as worker_lost, but fewer than ${DEATHS} workers were lost meanwhile`;
    }
  },
);

function workersLost(evidence: Evidence, from: number, to: number): number {
  const workers = new Set(evidence.disturbances.map(({ worker }) => worker));
  return [...workers].filter((worker) => wasDisturbed(evidence, worker, from, to)).length;
}
