/**
 * What an observer beside the store saw, in order: commits as they became durable, claims as they were granted, outcomes as
 * they were accepted. When the store goes back, what came after the restored state is marked as lost.
 */
import type { Commit } from '../../engine/core/commit.ts';
import type { EventRecord } from '../../engine/core/event.ts';
import type { AttemptOutcome } from '../../engine/core/message.ts';

interface Seen {
  /** Virtual ms. */
  readonly at: number;
  /** Undone by a store that went back. */
  lost?: true;
}

export interface CommitSeen extends Seen {
  readonly kind: 'commit';
  readonly shard: number;
  readonly token: string;
  readonly n: number;
  readonly commit: Commit;
  readonly events: ReadonlyMap<string, readonly EventRecord[]>;
}

export interface ClaimSeen extends Seen {
  readonly kind: 'claim';
  readonly shard: number;
  readonly flight: string;
  readonly session: string;
  readonly delivery: number;
  /** The same session had it already. */
  readonly repeated: boolean;
  /** In the step in which the node before it in its chain succeeded. */
  readonly joined?: true;
}

export interface SettleSeen extends Seen {
  readonly kind: 'settle';
  readonly flight: string;
  readonly session: string;
  readonly delivery: number;
  readonly outcome: AttemptOutcome;
}

export interface LeaseSeen extends Seen {
  readonly kind: 'lease';
  readonly shard: number;
  readonly token: string;
  readonly owner: string;
}

export interface BeatSeen extends Seen {
  readonly kind: 'beat';
  readonly shard: number;
  readonly session: string;
}

export interface HandBackSeen extends Seen {
  readonly kind: 'hand_back';
  readonly flight: string;
}

export interface StartSeen extends Seen {
  readonly kind: 'start';
  readonly run: string;
}

export interface RestoreSeen extends Seen {
  readonly kind: 'restore';
  /** Number of entries that the restored state knows. */
  readonly known: number;
}

export type HistoryEntry =
  | CommitSeen
  | ClaimSeen
  | SettleSeen
  | LeaseSeen
  | BeatSeen
  | HandBackSeen
  | StartSeen
  | RestoreSeen;
