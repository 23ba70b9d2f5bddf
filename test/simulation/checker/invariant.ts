/** The form of an invariant: a name, the promise in a sentence, and a check that answers what contradicts it. */
import type { DurableEvent, Evidence, RunEvidence } from '../evidence.ts';

export interface Contradiction {
  readonly what: string;
  readonly run?: string;
  readonly node?: number;
}

export interface Violation extends Contradiction {
  readonly invariant: string;
}

export interface Invariant {
  readonly name: string;
  readonly promise: string;
  check(evidence: Evidence): Iterable<Contradiction>;
}

/** An invariant of each run by itself. */
export function ofEachRun(
  name: string,
  promise: string,
  check: (run: RunEvidence, evidence: Evidence) => Iterable<string | { what: string; node: number }>,
): Invariant {
  return {
    name,
    promise,
    *check(evidence) {
      for (const run of evidence.runs) {
        for (const found of check(run, evidence)) {
          yield typeof found === 'string' ? { what: found, run: run.id } : { ...found, run: run.id };
        }
      }
    },
  };
}

/** An invariant of each run by itself, of featured workflows too. */
export function ofEveryRun(
  name: string,
  promise: string,
  check: (run: RunEvidence, evidence: Evidence) => Iterable<string | { what: string; node: number }>,
): Invariant {
  const ofPlain = ofEachRun(name, promise, check);
  return {
    name,
    promise,
    check: (evidence) =>
      ofPlain.check({ ...evidence, runs: [...evidence.runs, ...evidence.featured, ...evidence.children] }),
  };
}

export const NODE_ENDS = ['succeeded', 'failed', 'skipped', 'upstream_failed', 'cancelled'] as const;

/** The end that an event says, if it says one. */
export function endOf(event: Pick<DurableEvent, 'type'>): (typeof NODE_ENDS)[number] | undefined {
  return NODE_ENDS.find((end) => event.type === `node.${end}`);
}

export function isRunEnd(event: Pick<DurableEvent, 'type'>): boolean {
  return event.type === 'run.succeeded' || event.type === 'run.failed' || event.type === 'run.cancelled';
}

/** Events up to the first `run.cancelling`, exclusive; all when there is none. */
export function cancellingOf(run: RunEvidence): DurableEvent | undefined {
  return run.events.find(({ type }) => type === 'run.cancelling');
}

export function lastEndOf(run: RunEvidence, node: number): ReturnType<typeof endOf> {
  const end = run.byNode.get(node)?.find((event) => endOf(event) !== undefined);
  return end && endOf(end);
}
