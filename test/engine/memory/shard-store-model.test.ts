import { createManualClock } from '../../../engine/memory/clock.ts';
import { createMemoryShardStore, type MemoryShardStore } from '../../../engine/memory/shard-store.ts';
import { shardStoreModelTest } from '../../contract/shard-store-model.ts';

/** Forgets all and takes it back from a snapshot before every call: nothing may live outside of what is stored. */
function withAmnesia(store: MemoryShardStore): MemoryShardStore {
  return new Proxy(store, {
    get(target, name, receiver) {
      store.restore(store.snapshot());
      return Reflect.get(target, name, receiver);
    },
  });
}

shardStoreModelTest('memory that restores a snapshot before every call', async (settings) => {
  const clock = createManualClock(1_800_000_000_000);
  const store = createMemoryShardStore({ now: clock.now, clock, random: () => 0.25, ...settings });
  return { store: withAmnesia(store), close: () => store.close() };
});
