/**
 * The shard store in plain Maps: for the simulation, `sluice test` and unit tests. Same semantics as engine/redis.
 * A call takes effect before it returns its promise; only the blocking reads wait. Nothing survives the process, except
 * through `snapshot` and `restore`, by which a simulation makes the store lose acknowledged writes.
 */

import { SluiceError } from '../core/errors.ts';
import { shardOf } from '../core/run-id.ts';
import type { ShardStore } from '../ports/shard-store.ts';
import { clientStore } from './client-store.ts';
import { ownerStore } from './owner-store.ts';
import { newShardState, type ShardState } from './shard-state.ts';
import type { MemoryShardStoreOptions, StoreContext } from './store-context.ts';
import { createWakeUps } from './wake-ups.ts';
import { workerStore } from './worker-store.ts';

export type { MemoryShardStoreOptions } from './store-context.ts';

export interface MemoryShardStore extends ShardStore {
  /** Removes a run, unless it is live: see `RunRemover`. */
  removeRun(run: string): boolean;
  /** A copy of all that is stored. */
  snapshot(): unknown;
  /** Goes back to a snapshot. @throws SluiceError internal when it is none. */
  restore(snapshot: unknown): void;
}

class StoreSnapshot {
  readonly shards: readonly ShardState[];
  constructor(shards: readonly ShardState[]) {
    this.shards = structuredClone(shards);
  }
}

export function createMemoryShardStore(given: MemoryShardStoreOptions): MemoryShardStore {
  const options = { ...given, deadAfterMs: given.deadAfterMs ?? 4_000, calmGapMs: given.calmGapMs ?? 2_000 };
  let shards = Array.from({ length: options.shards }, newShardState);
  let closed = false;
  const wakeUps = createWakeUps(options.clock);
  const context: StoreContext = {
    options,
    wakeUps,
    now: () => Math.floor(options.now()),
    shard(index) {
      if (closed) throw new SluiceError('closed', 'the shard store was closed; open a new one to go on');
      const state = shards[index];
      if (state === undefined) {
        throw new SluiceError(
          'internal',
          `shard ${index} does not exist: the store has ${options.shards}, from 0`,
        );
      }
      return state;
    },
    shardOf: (run) => shardOf(run, options.shards),
    wakeInbox: (shard) => wakeUps.wake(`inbox:${shard}`),
  };
  return {
    ...ownerStore(context),
    ...workerStore(context),
    ...clientStore(context),
    async close() {
      closed = true;
      wakeUps.wakeAll();
    },
    removeRun(run) {
      const shard = context.shard(context.shardOf(run));
      if (shard.live.has(run)) return false;
      shard.runs.delete(run);
      return true;
    },
    snapshot: () => new StoreSnapshot(shards),
    restore(snapshot) {
      if (!(snapshot instanceof StoreSnapshot))
        throw new SluiceError('internal', 'restore takes only what snapshot gave');
      shards = structuredClone(snapshot.shards).slice();
      wakeUps.wakeAll();
    },
  };
}
