/** The form of an invariant: a name, the promise in a sentence, and a check that says in words what contradicts it. */
import type { Evidence, RunEvidence } from '../evidence.ts';

export interface Violation {
  readonly invariant: string;
  readonly run: string;
  readonly what: string;
}

export interface Invariant {
  readonly name: string;
  readonly promise: string;
  check(evidence: Evidence): Iterable<Omit<Violation, 'invariant'>>;
}

/** An invariant of each run by itself. */
export function ofEachRun(
  name: string,
  promise: string,
  check: (run: RunEvidence, evidence: Evidence) => Iterable<string>,
): Invariant {
  return {
    name,
    promise,
    *check(evidence) {
      for (const run of evidence.runs) for (const what of check(run, evidence)) yield { run: run.run, what };
    },
  };
}

export const NODE_ENDS: ReadonlySet<string> = new Set([
  'node.succeeded',
  'node.failed',
  'node.skipped',
  'node.upstream_failed',
  'node.cancelled',
]);
export const RUN_ENDS: ReadonlySet<string> = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);
/** May be written after the end of a run. */
export const AFTERWARDS: ReadonlySet<string> = new Set(['node.late', 'run.late']);

/** What a client asked for, and may have got. */
export function mayHaveBeen({ told }: RunEvidence, what: 'cancel' | 'retry'): boolean {
  return told.some((one) => one.what === what && one.answer !== 'no');
}
