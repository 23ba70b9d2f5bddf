import { disturbancesOf } from '../evidence.ts';
import { ofEachRun } from './invariant.ts';
import { lostItsWorkers } from './outcome.ts';

/** Deaths after which a node is taken for the cause. */
const DEATHS = 3;

/** No success becomes a failure: `worker_lost` needs three workers that were really lost. */
export const lost = ofEachRun(
  'lost',
  'a node fails as worker_lost only when three workers were taken from it',
  function* ({ history, ledger }, evidence) {
    for (const { node, attempt } of history.filter(lostItsWorkers)) {
      const starts = ledger.filter(
        (line) => line.what === 'start' && line.node === node && line.attempt === attempt,
      );
      const deaths = starts.filter(({ worker }) => disturbancesOf(evidence, worker).length > 0).length;
      // A worker may be lost between its claim and its first line.
      if (deaths < DEATHS - 1)
        yield `${node} failed as worker_lost, but only ${deaths} of its workers were lost`;
    }
  },
);
