import { expect, it } from 'vitest';
import { inspectClocks } from '../../cli/doctor/clock-findings.ts';
import { createMemoryMembership } from '../../engine/memory/index.ts';

const WORKER = { session: 's', queues: {}, labels: {}, executors: [], version: '0', startedAt: 0 };
const LOAD = { queues: {}, busy: {}, blocked: 0 };

async function findings(aheadMs: number | undefined) {
  const membership = createMemoryMembership({ now: () => 0 });
  const ahead = aheadMs === undefined ? {} : { clockAheadMs: aheadMs };
  await membership.announceWorker({ ...WORKER, name: 'w\u001b[1m', ...ahead }, 1_000);
  await membership.announceLoad('o1', { ...LOAD, orchestrator: 'o1', clockAheadMs: -700 }, 1_000);
  await membership.announceLoad('old', LOAD, 1_000);
  return inspectClocks({ membership });
}

it('tells of clocks that are a second off, and calls those wrong that are half a minute off', async () => {
  expect(await findings(undefined)).toEqual([
    { level: 'ok', message: "The clocks of 1 role agree with Redis'." },
  ]);
  expect(await findings(1_000)).toMatchObject([{ level: 'ok' }]);
  expect(await findings(1_001)).toMatchObject([{ level: 'warning' }]);
  const [wrong] = await findings(-45_000);
  expect(wrong).toMatchObject({ level: 'error', fix: expect.stringContaining('NTP') });
  expect(wrong?.message).toMatch(/^The clock of worker w.* is 45000 ms behind Redis'\.$/);
  expect(wrong?.message).not.toContain('\u001b');
});
