/** The judge of chaos: the visible list of invariants. One more is one file, one line, and a planted history that breaks it. */
import type { Evidence } from '../evidence.ts';
import { afterSuccess } from './after-success.ts';
import { cancel } from './cancel.ts';
import { ended } from './ended.ts';
import type { Invariant, Violation } from './invariant.ts';
import { kept } from './kept.ts';
import { leftovers } from './leftovers.ts';
import { limits } from './limits.ts';
import { lost } from './lost.ts';
import { order } from './order.ts';
import { outcome } from './outcome.ts';
import { sequence } from './sequence.ts';
import { settled } from './settled.ts';
import { stays } from './stays.ts';
import { work } from './work.ts';

export type { Violation } from './invariant.ts';

export const INVARIANTS: readonly Invariant[] = [
  kept,
  ended,
  sequence,
  settled,
  stays,
  order,
  outcome,
  lost,
  work,
  afterSuccess,
  cancel,
  limits,
  leftovers,
];

export function checkAll(evidence: Evidence): Violation[] {
  return INVARIANTS.flatMap((invariant) =>
    [...invariant.check(evidence)].map((found) => ({ invariant: invariant.name, ...found })),
  );
}
