import { isRunEnded } from '../../../engine/core/node-state.ts';
import type { Invariant } from './invariant.ts';
import { isRunEnd } from './invariant.ts';

/** L1, I1: nothing is lost, nothing is stuck. */
export const liveness: Invariant = {
  name: 'liveness',
  promise: 'once faults stop, every run that was accepted ends in bounded time',
  *check({ runs, featured, children, requests, wentBack, endedAt, faultsOverAt }) {
    for (const { id, events, header } of [...runs, ...featured, ...children]) {
      if (isRunEnded(header.status) && events.some(isRunEnd)) continue;
      yield {
        what: `still ${header.status} ${Math.round(endedAt - faultsOverAt)} ms after the last fault`,
        run: id,
      };
    }
    const known = new Set(runs.map(({ id }) => id));
    for (const { run } of requests) {
      if (run !== undefined && !known.has(run) && !wentBack)
        yield { what: 'an acknowledged run is gone', run };
    }
  },
};
