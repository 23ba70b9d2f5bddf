/** A shard as its owner holds it: what patrol and quarantine work on. */
import type { Commit } from '../../core/commit.ts';
import type { ShardFacts } from '../../core/decide/index.ts';
import type { ShardState } from '../../core/shard-state.ts';
import type { Ticket } from '../../core/ticket.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Lease, OwnerStore } from '../../ports/shard-store.ts';

export interface OwnedShard {
  readonly lease: Lease;
  readonly state: ShardState;
  readonly options: { readonly store: OwnerStore; readonly logger: Logger; readonly facts?: ShardFacts };
  /** The store's clock as this process knows it, ms. */
  storeNow(): number;
  /** Adds tickets to the queue. A failure is no loss: patrol adds again what was not claimed. */
  dispatch(tickets: readonly Ticket[]): void;
  /** Gives tickets in the queue a new priority. A failure is no loss: patrol raises them again. */
  raise(tickets: readonly Ticket[]): void;
  /** One commit, numbered, repeated with the same number while its result is unknown. */
  commit(commit: Commit): Promise<'ok' | 'conflict' | 'lost'>;
}
