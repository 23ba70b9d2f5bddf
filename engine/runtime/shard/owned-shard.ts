/** A shard as its owner holds it: what turns, patrol and quarantine work on. */
import type { Commit } from '../../core/commit.ts';
import type { ShardFacts } from '../../core/decide/index.ts';
import type { OutputsRef } from '../../core/large-outputs.ts';
import type { ShardState } from '../../core/shard-state.ts';
import type { Ticket } from '../../core/ticket.ts';
import type { Logger } from '../../ports/logger.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { Lease, OwnerStore } from '../../ports/shard-store.ts';

/** `conflict`: another was faster at a flight; the decision is void. `lost`: the shard is another's. */
export type CommitEnd = 'ok' | 'conflict' | 'lost';

export interface OwnedShard {
  readonly lease: Lease;
  readonly state: ShardState;
  /** Another has the shard: this owner does nothing more. */
  readonly isLost: boolean;
  readonly options: {
    readonly store: OwnerStore;
    readonly index: Pick<RunIndex, 'record'>;
    readonly logger: Logger;
    readonly facts?: ShardFacts;
  };
  /** The store's clock as this process knows it, ms. */
  storeNow(): number;
  /** Adds tickets to the queue. A failure is no loss: patrol adds again what was not claimed. */
  dispatch(tickets: readonly Ticket[]): void;
  /** Gives tickets in the queue a new priority. A failure is no loss: patrol raises them again. */
  raise(tickets: readonly Ticket[]): void;
  /** Brings large outputs into memory; see `LargeOutputs.load`. */
  loadOutputs(refs: readonly OutputsRef[], isNarrow: boolean): Promise<'ok' | 'too_much'>;
  /** One commit, numbered, repeated with the same number while its result is unknown. */
  commit(commit: Commit): Promise<CommitEnd>;
}
