/** Contract of the costs of days: what commits add, and what is read of it. */
import { describe, expect, it } from 'vitest';
import type { DayCost } from '../../../engine/core/cost.ts';
import type { ShardStore } from '../../../engine/ports/shard-store.ts';
import { aCommit, own } from './builders.ts';
import { type MakeShardStore, openSubjects } from './subject.ts';

const DAY = 86_400_000;
/** The store lets go of what is long past, so the days are of now. */
const TODAY = Date.now() - (Date.now() % DAY);
const aCost = (daysAgo: number, cost: number, change: Partial<DayCost> = {}): DayCost => ({
  namespace: 'default',
  workflow: 'w',
  day: TODAY - daysAgo * DAY,
  cost,
  ...change,
});
const adding = (...costs: readonly DayCost[]) => aCommit({ costs });

async function read(store: ShardStore, daysAgo = 100, namespace = 'default', workflow?: string) {
  const from = TODAY - daysAgo * DAY;
  const found = await store.readCosts({ namespace, from, to: TODAY + DAY - 1, workflow });
  return found.map((one) => [(TODAY - one.day) / DAY, one.workflow, Number(one.cost.toFixed(9))]);
}

export function costCases(make: MakeShardStore): void {
  const open = openSubjects(make);

  describe('costs of days', () => {
    it('are added up by workflow and day, also over commits, months and shards', async () => {
      const { store } = await open();
      const [one, other] = [await own(store), await store.acquire(2, 'o1', 60_000)];
      await store.commit(one, 1, adding(aCost(40, 1.5), aCost(40, 0.25, { workflow: 'é b' })));
      await store.commit(one, 2, adding(aCost(40, 1e-7), aCost(0, 4)));
      if (other) await store.commit(other, 1, adding(aCost(0, 8)));
      expect(await read(store)).toEqual([
        [40, 'w', 1.5000001],
        [40, 'é b', 0.25],
        [0, 'w', 12],
      ]);
    });

    it('are added once, however often the commit is sent', async () => {
      const { store } = await open();
      const lease = await own(store);
      for (let i = 0; i < 3; i++) await store.commit(lease, 1, adding(aCost(0, 2)));
      await store.commit({ ...lease, token: '0-old' }, 2, adding(aCost(0, 2)));
      await store.commit(lease, 2, { ...adding(aCost(0, 2)), expect: [['no', 's|0|0|']] });
      expect(await read(store)).toEqual([[0, 'w', 2]]);
    });

    it('are read by namespace, workflow and days', async () => {
      const { store } = await open();
      const lease = await own(store);
      const elsewhere = { namespace: 'other:a' };
      await store.commit(lease, 1, adding(aCost(3, 1), aCost(2, 2), aCost(2, 4, { workflow: 'v' })));
      await store.commit(lease, 2, adding(aCost(2, 8, elsewhere)));
      expect(await read(store, 2)).toEqual([
        [2, 'v', 4],
        [2, 'w', 2],
      ]);
      expect(await read(store, 9, 'default', 'w')).toEqual([
        [3, 'w', 1],
        [2, 'w', 2],
      ]);
      expect(await read(store, 9, 'other:a')).toEqual([[2, 'w', 8]]);
      expect(await read(store, 9, 'nobody')).toEqual([]);
    });
  });
}
