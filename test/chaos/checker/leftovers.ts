import type { Invariant } from './invariant.ts';

/** L3: when all runs have ended, nothing of them is under way. */
export const leftovers: Invariant = {
  name: 'leftovers',
  promise: 'no flight, timer, message or ticket is left when all runs have ended',
  *check({ left }) {
    for (const what of left) yield { run: '', what };
  },
};
