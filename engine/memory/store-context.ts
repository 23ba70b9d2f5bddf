/** What the owner's, the workers' and the clients' part of the memory store share, and how a run is loaded. */
import type { Plan } from '../core/plan.ts';
import type { RunHeader } from '../core/run-header.ts';
import type { Clock } from '../ports/clock.ts';
import type { StoredRun } from '../ports/shard-store.ts';
import type { ShardState } from './shard-state.ts';
import type { WakeUps } from './wake-ups.ts';

export interface MemoryShardStoreOptions {
  /** The store's clock, ms. It may go back; inbox ids do not. */
  readonly now: () => number;
  /** For blocking reads. */
  readonly clock: Clock;
  readonly shards: number;
  /** 0 ≤ x < 1; makes lease tokens differ. */
  readonly random: () => number;
  /** Silence after which a session is dead. Default 4,000 ms. */
  readonly deadAfterMs?: number;
  /** Gap between renewals after which the calm time starts anew, and during which nobody is dead. Default 2,000 ms. */
  readonly calmGapMs?: number;
}

export interface StoreContext {
  readonly options: Required<MemoryShardStoreOptions>;
  readonly wakeUps: WakeUps;
  now(): number;
  /** @throws SluiceError closed */
  shard(index: number): ShardState;
  shardOf(run: string): number;
  /** Wakes whoever reads the shard's inbox. */
  wakeInbox(shard: number): void;
}

export function readHeader(context: StoreContext, run: string): RunHeader | undefined {
  const state = context.shard(context.shardOf(run)).runs.get(run);
  if (state?.header === undefined) return undefined;
  return {
    ...(JSON.parse(state.header) as RunHeader),
    ...(JSON.parse(state.progress) as Partial<RunHeader>),
  };
}

export function loadRun(context: StoreContext, run: string): StoredRun | undefined {
  const header = readHeader(context, run);
  const state = context.shard(context.shardOf(run)).runs.get(run);
  if (header === undefined || state === undefined) return undefined;
  return { header, records: state.records.slice(), outputs: new Map(state.outputs) };
}

export function loadPlan(context: StoreContext, shard: number, hash: string): Plan | undefined {
  const json = context.shard(shard).plans.get(hash);
  return json === undefined ? undefined : (JSON.parse(json) as Plan);
}
