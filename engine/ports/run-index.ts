/** The run index: lists of runs and workflows for people. Written after the fact, idempotently; it can be rebuilt and may lag. */
import type { RunStatus } from '../core/node-state.ts';
import type { RunSample } from '../core/progress/run-sample.ts';
import type { RunFilter } from './run-filter.ts';

export type { RunFilter } from './run-filter.ts';

export interface RunSummary {
  readonly id: string;
  readonly namespace: string;
  readonly workflow: string;
  readonly status: RunStatus;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly finishedAt?: number;
  /** Nodes that wait for somebody; absent for none. */
  readonly awaiting?: number;
  /** Absent: it has none. */
  readonly labels?: { readonly [name: string]: string };
}

/** A line that was recorded because the run is new, its status is another one, or the number of nodes that wait for somebody. */
export interface RunChange {
  /** `<ms>-<n>`, rising. */
  readonly id: string;
  readonly run: RunSummary;
}

/** Runs of a namespace that came to this end within an hour. One that was retried counts with each of its ends. */
export interface EndedRuns {
  /** Begin of the hour, ms since 1970, UTC. */
  readonly hour: number;
  readonly status: RunStatus;
  readonly count: number;
}

/** Lines that one page of a list may take. */
export const MOST_LOOKED_AT = 5_000;

/** How long ends are counted after their hour: at least this, ms. */
export const ENDS_KEPT_MS = 40 * 86_400_000;

/** A workflow as it was started last: JSON of its plan, of where its files are, and of the plans of its sub-workflows. */
export interface SavedWorkflow {
  readonly planJson: string;
  readonly source?: string;
  readonly linkedJson?: string;
}

export interface RunIndex {
  /** Adds or replaces runs' lines. `queued` changes nothing for a run that is known: it may arrive after what followed. */
  record(...summaries: readonly RunSummary[]): Promise<void>;
  /**
   * Newest first, from `cursor`; `next` is absent at the end. At most `MOST_LOOKED_AT` lines are looked at: a page may then have fewer than
   * `limit` runs, or none, though there is a `next`.
   */
  list(
    filter: RunFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ readonly runs: readonly RunSummary[]; readonly next?: string }>;
  /**
   * The newest few thousand changes, after the id, in order, at most `limit`; waits up to `blockMs` when there are none.
   * `hasGap`: some after the id are not kept any more.
   */
  changes(
    after: string,
    limit: number,
    blockMs: number,
    signal?: AbortSignal,
  ): Promise<{ readonly changes: readonly RunChange[]; readonly hasGap: boolean }>;
  /** Ends of the hours from that of `from` to that of `to`, ms, without those in which none was; in the order of hours. */
  ended(namespace: string, from: number, to: number): Promise<readonly EndedRuns[]>;
  /** The id of the newest change; `0-0` when there was none. */
  newestChange(): Promise<string>;
  /** Keeps what a run taught, beside the newest of its workflow. The same run may come twice. */
  teach(sample: RunSample): Promise<void>;
  /** What the newest runs of a workflow taught, the newest first; at most `RUN_SAMPLES`, the same run perhaps twice. */
  taught(namespace: string, workflow: string): Promise<readonly RunSample[]>;
  /** Remembers it as the newest version of its workflow name, so that it can be started by name. */
  saveWorkflow(namespace: string, name: string, workflow: SavedWorkflow): Promise<void>;
  /** The newest version, or undefined. */
  findWorkflow(namespace: string, name: string): Promise<SavedWorkflow | undefined>;
}
