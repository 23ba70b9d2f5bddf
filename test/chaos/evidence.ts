/** What the checker believes: the client's words, the history, and the ledger; and what was done to whom. Never a counter of the engine. */
import type { EventView, RunView } from '../../engine/runtime/client/run-view.ts';
import type { Draft } from './draft.ts';
import type { LedgerLine } from './ledger.ts';

/** What a client asked and was answered. Times are ms since 1970. */
export interface Told {
  readonly what: 'start' | 'cancel' | 'retry';
  /** `unknown`: there was no answer, so it may take effect or not. */
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly askedAt: number;
  readonly at: number;
}

/** A success that a client saw while the run went on. */
export interface Seen {
  readonly node: string;
  readonly token: string;
  readonly at: number;
}

export interface RunEvidence {
  readonly run: string;
  readonly draft: Draft;
  readonly told: readonly Told[];
  readonly seen: readonly Seen[];
  /** At the end of all; undefined when no such run is there. */
  readonly view: RunView | undefined;
  readonly history: readonly EventView[];
  /** Of this run, in the order written. */
  readonly ledger: readonly LedgerLine[];
}

/** A worker that was given a reason to lose its work. Without `to` it did not come back. */
export interface Disturbance {
  readonly worker: number;
  readonly kind: 'killed' | 'frozen' | 'stopped' | 'cut off';
  readonly from: number;
  readonly to?: number;
}

export interface Evidence {
  readonly runs: readonly RunEvidence[];
  readonly disturbances: readonly Disturbance[];
  /** Holders of each limit at once. */
  readonly limits: ReadonlyMap<string, number>;
  /** Spans whose answers Redis may have forgotten when it was killed; none with `appendfsync always`. */
  readonly losses: readonly { readonly from: number; readonly to: number }[];
  /** What was found in Redis after all runs had ended, in words. */
  readonly left: readonly string[];
}

/** Whether Redis may have forgotten something that it had answered between the two times. */
export function mayBeForgotten({ losses }: Evidence, from: number, to: number): boolean {
  return losses.some((loss) => loss.from <= to && loss.to >= from);
}

/** What happened to one worker. */
export function disturbancesOf({ disturbances }: Evidence, worker: number): readonly Disturbance[] {
  return disturbances.filter((one) => one.worker === worker);
}

/** How long after it was thawed a worker may still do what it was about to do when it was frozen, ms. */
const WAKING_MS = 2_000;

/** Whether something happened to the worker between the two times, or so shortly before that it was still waking up. */
export function wasDisturbed(evidence: Evidence, worker: number, from: number, to: number): boolean {
  return disturbancesOf(evidence, worker).some(
    (one) => one.from <= to && (one.to ?? Number.POSITIVE_INFINITY) >= from - WAKING_MS,
  );
}
