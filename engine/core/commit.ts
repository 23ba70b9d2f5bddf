/**
 * A commit: everything that one batch of decisions changes, stored all or nothing.
 * A commit takes at most 1,000 nodes, 128 runs and 256 KiB; `decide` stops there and goes on in the next.
 */
import type { DayCost } from './cost.ts';

export const MAX_COMMIT_NODES = 1_000;
/** A run has some six keys of its own and costs Redis 30 µs, so this many take it 4 ms. */
export const MAX_COMMIT_RUNS = 128;
export const MAX_COMMIT_BYTES = 256 * 1_024;

export interface RunChange {
  readonly run: string;
  /** JSON of the header's changing part (`RunProgress`), when it changed; laid over the immutable part when read. */
  readonly header?: string;
  /** Enters or leaves the shard's set of live runs. */
  readonly live?: boolean;
  /** Consecutive node records, from record `start`. */
  readonly records: readonly { readonly start: number; readonly bytes: Uint8Array }[];
  /** Node index → JSON of its `NodeOutput`. */
  readonly outputs: readonly (readonly [node: number, json: string])[];
  /** Packed events; `first` and `last` are seqs. */
  readonly events?: { readonly first: number; readonly last: number; readonly packed: string };
}

export interface Commit {
  /** Id of the last inbox entry that took effect; null when this commit consumed none. */
  readonly cursor: string | null;
  /** Flights that must stand as seen, or nothing is written: [key, value seen, or null for absent]. */
  readonly expect: readonly (readonly [flight: string, seen: string | null])[];
  /** Runs that must be there (their `start` was taken from the inbox), or the store went back: `diverged`. */
  readonly requires?: readonly string[];
  readonly runs: readonly RunChange[];
  readonly flights: {
    readonly set: readonly (readonly [flight: string, value: string])[];
    readonly remove: readonly string[];
  };
  readonly timers: {
    readonly set: readonly (readonly [timer: string, dueMs: number])[];
    readonly remove: readonly string[];
  };
  /** Documents of actors, by `documentKey`, as JSON. */
  readonly documents?: {
    readonly set: readonly (readonly [document: string, json: string])[];
    readonly remove: readonly string[];
  };
  /** What is to be told beyond the shard, as JSON of a `Post`, until it has been delivered. */
  readonly outbox?: {
    readonly set: readonly (readonly [id: string, json: string])[];
    readonly remove: readonly string[];
  };
  /** Answers to requests of clients, as JSON of an `Answer`; kept for ten minutes. */
  readonly answers?: readonly (readonly [request: string, json: string])[];
  /** What is added to the costs of days. */
  readonly costs?: readonly DayCost[];
}

export type CommitReply =
  /** Stored now, or was stored by an earlier try with the same number. */
  | { readonly kind: 'ok' }
  /** Another owner has the shard. */
  | { readonly kind: 'fenced' }
  /** The store is not where this owner thinks it is (fail-over to an older state). */
  | { readonly kind: 'diverged' }
  /** Some expected flights stand otherwise; nothing was written. Values as they stand. */
  | {
      readonly kind: 'conflict';
      readonly flights: readonly (readonly [flight: string, value: string | null])[];
    };
