import { expect, it } from 'vitest';
import { decide, Turn } from '../../../../engine/core/decide/index.ts';
import { newRunState } from '../../../../engine/core/run-state.ts';
import { adoptRun, newShardState } from '../../../../engine/core/shard-state.ts';
import { aHeader, aPlan, RUN_ID, START_MS } from '../../../support/run-builder.ts';

const SCHEDULE = 'schedule/default/etl/0';
const report = { type: 'report', run: RUN_ID, tell: SCHEDULE } as const;

function told(status: 'running' | 'succeeded') {
  const plan = aPlan(['a']);
  const shard = newShardState(0, new Map());
  adoptRun(
    shard,
    newRunState(aHeader(plan, { id: RUN_ID, status }), plan, () => 1),
    new Map(),
    START_MS,
  );
  const turn = new Turn(shard, START_MS);
  decide(turn, report);
  decide(turn, report);
  return {
    tell: shard.runs.get(RUN_ID)?.header.tell,
    posts: turn.finish(null).posts.map(([, post]) => post),
  };
}

it('a run that is asked for its end by one who did not start it tells at once, when it has ended', () => {
  const { posts } = told('succeeded');
  expect(posts[0]).toMatchObject({ message: { to: SCHEDULE, name: 'run_ended', body: { run: RUN_ID } } });
});

it('and remembers, when it goes on, whom to tell', () => {
  const { tell, posts } = told('running');
  expect([tell, posts]).toEqual([[SCHEDULE], []]);
});
