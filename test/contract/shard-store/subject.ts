/** What the shard store's contract runs on, and how its cases wait without knowing whose clock they are on. */
import { afterEach } from 'vitest';
import type { ShardStore } from '../../../engine/ports/shard-store.ts';
import type { Timed } from '../passing-time.ts';

export interface ShardStoreSettings {
  readonly shards: number;
  /** As the adapters' option: silence after which a session is dead, ms. */
  readonly deadAfterMs: number;
  /** As the adapters' option: gap between renewals after which the calm time starts anew, ms. */
  readonly calmGapMs: number;
}

export interface ShardStoreSubject extends Timed {
  /** Empty, with these settings. */
  readonly store: ShardStore;
  close(): Promise<void>;
}

export type MakeShardStore = (settings: ShardStoreSettings) => Promise<ShardStoreSubject>;

export const SHARDS = 4;

/** Nobody is ever dead, no gap is ever long: for cases in which time plays no part. */
const TIMELESS: ShardStoreSettings = { shards: SHARDS, deadAfterMs: 3_600_000, calmGapMs: 3_600_000 };

/** Opens subjects for the cases of one `describe`, and closes them after each case. */
export function openSubjects(
  make: MakeShardStore,
): (settings?: Partial<ShardStoreSettings>) => Promise<ShardStoreSubject> {
  const open: ShardStoreSubject[] = [];
  afterEach(async () => {
    for (const subject of open.splice(0)) await subject.close();
  });
  return async (settings = {}) => {
    const subject = await make({ ...TIMELESS, ...settings });
    open.push(subject);
    return subject;
  };
}
