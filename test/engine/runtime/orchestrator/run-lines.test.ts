import { expect, it } from 'vitest';
import { createManualClock } from '../../../../engine/memory/clock.ts';
import type { RunSummary } from '../../../../engine/ports/run-index.ts';
import { RunLines } from '../../../../engine/runtime/orchestrator/run-lines.ts';

const line = (id: string, status: RunSummary['status']): RunSummary => ({
  id,
  namespace: 'default',
  workflow: 'weather',
  status,
  createdAt: 1,
});

function setUp() {
  const clock = createManualClock(0);
  const calls: (readonly RunSummary[])[] = [];
  const state = { isAway: false };
  const lines = new RunLines(
    {
      async record(...summaries) {
        if (state.isAway) throw new Error('away');
        calls.push(summaries);
      },
      async teach() {},
    },
    clock,
  );
  return { clock, calls, state, lines };
}

it('writes what changes within a moment in one call, in order', async () => {
  const { clock, calls, lines } = setUp();
  await lines.record(line('a', 'running'));
  await lines.record(line('b', 'running'));
  await lines.record(line('a', 'succeeded'));
  expect(calls).toEqual([]);
  await clock.advance(25);
  expect(calls).toEqual([[line('a', 'running'), line('b', 'running'), line('a', 'succeeded')]]);
  await lines.record(line('b', 'failed'));
  await clock.advance(25);
  expect(calls[1]).toEqual([line('b', 'failed')]);
});

it('keeps the last line of each run while the index is away', async () => {
  const { clock, calls, state, lines } = setUp();
  state.isAway = true;
  await lines.record(line('a', 'running'));
  await clock.advance(1_000);
  await lines.record(line('a', 'succeeded'));
  await clock.advance(1_000);
  state.isAway = false;
  await clock.advance(1_000);
  expect(calls).toEqual([[line('a', 'succeeded')]]);
});

it('writes what is left when it stops', async () => {
  const { calls, lines } = setUp();
  await lines.record(line('a', 'succeeded'));
  await lines.stop();
  expect(calls).toEqual([[line('a', 'succeeded')]]);
});
