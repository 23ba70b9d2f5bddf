/**
 * The contract of the shard store: every promise of engine/ports/shard-store.ts is a case. Each adapter runs it, and the
 * comparison with the memory adapter in shard-store-model.ts.
 */
import { describe } from 'vitest';
import { actorCases } from './shard-store/actor-cases.ts';
import { commitCases } from './shard-store/commit-cases.ts';
import { costCases } from './shard-store/cost-cases.ts';
import { flightCases } from './shard-store/flight-cases.ts';
import { ownershipCases } from './shard-store/ownership-cases.ts';
import { readingCases } from './shard-store/reading-cases.ts';
import { sessionCases } from './shard-store/session-cases.ts';
import { startCases } from './shard-store/start-cases.ts';
import { storedRunCases } from './shard-store/stored-run-cases.ts';
import type { MakeShardStore } from './shard-store/subject.ts';

export type { MakeShardStore, ShardStoreSettings, ShardStoreSubject } from './shard-store/subject.ts';

export function shardStoreContract(name: string, make: MakeShardStore): void {
  describe(`shard store contract: ${name}`, () => {
    startCases(make);
    ownershipCases(make);
    commitCases(make);
    storedRunCases(make);
    actorCases(make);
    costCases(make);
    flightCases(make);
    sessionCases(make);
    readingCases(make);
  });
}
