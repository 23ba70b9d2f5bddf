/** The visible list of invariants. One more is one file and one line. */
import type { Evidence } from '../evidence.ts';
import type { Invariant, Violation } from './invariant.ts';
import { liveness } from './liveness.ts';

export type { Violation } from './invariant.ts';

export const INVARIANTS: readonly Invariant[] = [liveness];

export function checkAll(evidence: Evidence): Violation[] {
  return INVARIANTS.flatMap((invariant) =>
    [...invariant.check(evidence)].map((found) => ({ invariant: invariant.name, ...found })),
  );
}
