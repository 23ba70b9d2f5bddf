/** The visible list of invariants. One more is one file and one line. */
import type { Evidence } from '../evidence.ts';
import { cancel } from './cancel.ts';
import { claims } from './claims.ts';
import { costs } from './costs.ts';
import { defects } from './defects.ts';
import { fanOut } from './fan-out.ts';
import { features } from './features.ts';
import { inputs } from './inputs.ts';
import type { Invariant, Violation } from './invariant.ts';
import { leftovers } from './leftovers.ts';
import { limits } from './limits.ts';
import { liveness } from './liveness.ts';
import { order } from './order.ts';
import { outcome } from './outcome.ts';
import { ownership } from './ownership.ts';
import { replay } from './replay.ts';
import { resets } from './resets.ts';
import { results } from './results.ts';
import { retries } from './retries.ts';
import { runEnd } from './run-end.ts';
import { sequence } from './sequence.ts';
import { starts } from './starts.ts';
import { steps } from './steps.ts';
import { timers } from './timers.ts';
import { work } from './work.ts';

export type { Violation } from './invariant.ts';

export const INVARIANTS: readonly Invariant[] = [
  liveness,
  leftovers,
  defects,
  ownership,
  starts,
  sequence,
  replay,
  steps,
  order,
  outcome,
  retries,
  resets,
  results,
  inputs,
  claims,
  cancel,
  timers,
  limits,
  fanOut,
  runEnd,
  work,
  costs,
  features,
];

export function checkAll(evidence: Evidence): Violation[] {
  return INVARIANTS.flatMap((invariant) =>
    [...invariant.check(evidence)].map((found) => ({ invariant: invariant.name, ...found })),
  );
}
