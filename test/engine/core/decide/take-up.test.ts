import { expect, it } from 'vitest';
import { decide, Turn } from '../../../../engine/core/decide/index.ts';
import { adoptRun, newShardState } from '../../../../engine/core/shard-state.ts';
import { aRun, RUN_ID, START_MS } from '../../../support/run-builder.ts';

it('a retry of an ended run is void when the run is being removed at that moment', () => {
  const shard = newShardState(0, new Map());
  const run = aRun({ a: 'failed' });
  Object.assign(run.header, { status: 'failed', finishedAt: START_MS, nodes: 1 });
  adoptRun(shard, run, new Map(), START_MS);
  const turn = new Turn(shard, START_MS);
  decide(turn, { type: 'retry', run: RUN_ID, scope: 'failed', request: 'r' });
  expect(run.header.retries).toBe(1);
  expect(turn.finish(null).commit.requires).toEqual([RUN_ID]);
});
