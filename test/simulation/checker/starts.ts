import type { Invariant } from './invariant.ts';

/** I2: one key, one run. */
export const starts: Invariant = {
  name: 'starts',
  promise: 'all starts under one idempotency key are one run, and other inputs under it are refused',
  *check({ requests, history, wentBack }) {
    for (const { key, run, repeated, conflict } of requests) {
      for (const other of repeated)
        if (other !== run) yield { what: `the key ${key} gave ${run} and ${other}` };
      if (conflict === 'accepted' && !wentBack)
        yield { what: `other inputs were accepted under the key ${key}` };
    }
    const seen = new Set<string>();
    for (const entry of history) {
      if (entry.kind !== 'start' || entry.lost === true) continue;
      if (seen.has(entry.run)) yield { what: 'a run was started twice', run: entry.run };
      seen.add(entry.run);
    }
  },
};
