import type { Invariant } from './invariant.ts';
import { isRunEnd } from './invariant.ts';

/** L3: everything drains. */
export const leftovers: Invariant = {
  name: 'leftovers',
  promise: 'when all runs have ended, no flight, timer, live run or message is left',
  *check({ leftovers: left, runs, featured, children }) {
    if ([...runs, ...featured, ...children].some(({ events }) => !events.some(isRunEnd))) return;
    for (const what of left) yield { what };
  },
};
