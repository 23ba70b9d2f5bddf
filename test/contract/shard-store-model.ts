/**
 * Compares another shard store with the memory adapter: random sequences of operations, each done on both, must give the
 * same answers and leave the same state. Times are never compared: leases last for ever or not at all, sessions are never
 * or always dead, and inbox entries are known by their place.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../engine/memory/clock.ts';
import { createMemoryShardStore } from '../../engine/memory/shard-store.ts';
import { createPlayer, dumpOf, type Player } from './shard-store/player.ts';
import { type Operation, randomOperations } from './shard-store/random-operations.ts';
import { type MakeShardStore, SHARDS, type ShardStoreSettings } from './shard-store/subject.ts';

export { randomOperations } from './shard-store/random-operations.ts';

/** `runs`: sequences per setting; 50 unless told. */
export function shardStoreModelTest(
  name: string,
  makeOther: MakeShardStore,
  options: { readonly runs?: number } = {},
): void {
  const numRuns = options.runs ?? 50;
  describe(`shard store model: ${name}`, () => {
    it.each([
      ['never', 3_600_000],
      ['always', -1],
    ])('does as the memory adapter where silent sessions are %s dead', async (_, deadAfterMs) => {
      const settings = { shards: SHARDS, deadAfterMs, calmGapMs: 3_600_000 };
      const property = fc.asyncProperty(randomOperations(), (operations) =>
        compare(makeOther, settings, operations),
      );
      await fc.assert(property, { numRuns });
    });
  });
}

async function compare(
  makeOther: MakeShardStore,
  settings: ShardStoreSettings,
  operations: readonly Operation[],
): Promise<void> {
  const clock = createManualClock(1_700_000_000_000);
  const memory = createMemoryShardStore({ now: clock.now, clock, random: () => 0.5, ...settings });
  const other = await makeOther(settings);
  try {
    const players: readonly [Player, Player] = [createPlayer(memory), createPlayer(other.store)];
    for (const operation of operations) {
      const [expected, actual] = [await players[0].play(operation), await players[1].play(operation)];
      expect(actual, `answer to ${JSON.stringify(operation)}`).toEqual(expected);
    }
    expect(await dumpOf(other.store), 'state at the end').toEqual(await dumpOf(memory));
  } finally {
    await other.close();
  }
}
