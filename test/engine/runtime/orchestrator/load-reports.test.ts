/** How often orchestrators tell what lies with them. */
import { expect, it } from 'vitest';
import { loadOf } from '../../../../engine/core/shard-load.ts';
import { createManualClock, createMemoryMembership } from '../../../../engine/memory/index.ts';
import { LoadReports } from '../../../../engine/runtime/orchestrator/load-reports.ts';

it('tells it every other second, and more rarely when counting takes long', async () => {
  let now = 1_000_000;
  const membership = createMemoryMembership({ now: () => now });
  const told: number[] = [];
  let takesMs = 0;
  const reports = new LoadReports({
    id: 'o1',
    membership,
    store: { now: async () => now - 5_000 },
    clock: { ...createManualClock(now), now: () => now },
    load: () => {
      told.push(now);
      now += takesMs;
      return loadOf([]);
    },
  });
  const after = async (ms: number) => {
    now += ms;
    await reports.keep();
    return told.length;
  };
  expect(await after(0)).toBe(1);
  expect(await after(1_900)).toBe(1);
  takesMs = 100;
  expect(await after(100)).toBe(2);
  expect(await membership.loads()).toEqual([
    { queues: {}, busy: {}, blocked: 0, orchestrator: 'o1', clockAheadMs: 5_000 },
  ]);
  expect(await after(9_800)).toBe(2);
  expect(await after(100)).toBe(3);
});
