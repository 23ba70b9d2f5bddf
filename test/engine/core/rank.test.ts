/** Where a ready node stands: what the orchestrator says of it is what dispatch then does. */
import { describe, expect, it } from 'vitest';
import { decide, settleTurn, Turn } from '../../../engine/core/decide/index.ts';
import type { Plan } from '../../../engine/core/plan.ts';
import { type Rank, rankOf } from '../../../engine/core/rank.ts';
import { newRunState } from '../../../engine/core/run-state.ts';
import { newShardState, type ShardState } from '../../../engine/core/shard-state.ts';
import { aHeader, aPlan, aTask, START_MS } from '../../support/run-builder.ts';
import { ACTIONS, ShardRig } from '../../support/shard-rig.ts';

/** A shard with these runs begun, and nothing sent. */
function shardOf(plans: readonly Plan[]): ShardState {
  const shard = newShardState(0, ACTIONS);
  plans.forEach((plan, i) => {
    const id = `01KDVDSG0000000000000000${String(i).padStart(2, '0')}`;
    shard.runs.set(
      id,
      newRunState({ ...aHeader(plan), id }, plan, () => 1_000),
    );
    const turn = new Turn(shard, START_MS + i);
    decide(turn, { type: 'start', run: id });
    settleTurn(turn, () => 0);
  });
  return shard;
}

/** Every node of the shard by its place, and the order in which dispatch takes them. */
function compare(shard: ShardState): { readonly said: string[]; readonly done: string[] } {
  const places = new Map<number | null, string>();
  for (const run of shard.runs.values())
    run.plan.tasks.forEach(({ id }, index) => {
      const rank = rankOf(shard, run, index, START_MS);
      places.set(rank?.before ?? null, `${run.plan.name}/${id}`);
    });
  const turn = new Turn(shard, START_MS + 100);
  settleTurn(turn, () => Number.POSITIVE_INFINITY);
  return {
    said: [...places].sort((a, b) => Number(a[0]) - Number(b[0])).map(([, name]) => name),
    done: turn.tickets.map(({ run, task }) => `${shard.runs.get(run)?.plan.name}/${task}`),
  };
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);

describe('the place of a ready node', () => {
  it('is the one at which dispatch takes it, by priority and path', () => {
    const plan = aPlan(['a', aTask('b', [], { priority: 9 }), 'c', aTask('d', [], { priority: 1 })]);
    const { said, done } = compare(shardOf([plan]));
    expect(said).toEqual(done);
    expect(done[0]).toBe('built/b');
  });

  it('is so where fairness keys take turns', () => {
    const plans = ['x', 'y', 'z'].map((name, i) =>
      aPlan(
        names(3 + 4 * i).map((id, n) => aTask(id, [], { slots: 1 + ((n + i) % 3) })),
        {
          name,
          fairness: name,
        },
      ),
    );
    const { said, done } = compare(shardOf(plans));
    expect(done).toHaveLength(21);
    expect(said).toEqual(done);
  });
});

describe('what the orchestrator answers', () => {
  const plan = aPlan(['a', 'b', 'c'], { fairness: 'acme' });

  it('has class, waiting, path, key and place of a node that was not sent', () => {
    const rig = new ShardRig(plan, { window: 1 }).start();
    rig.now += 120_000;
    rig.deliver({ type: 'rank', run: rig.runId, node: rig.indexOf('c'), request: 'q' });
    expect(rig.answerTo('q')).toMatchObject({
      ok: true,
      rank: {
        fairness: 'acme',
        priority: 5,
        waitedMs: 120_000,
        agedPriority: 7,
        remainingMs: 1_000,
        keyTime: 1_000,
        among: 'ready',
        before: 1,
        waiting: 2,
      } satisfies Partial<Rank>,
    });
  });

  it('has the place among tickets of a node that was sent', () => {
    const rig = new ShardRig(aPlan(['a', aTask('b', [], { priority: 7 })])).start();
    rig.deliver({ type: 'rank', run: rig.runId, node: rig.indexOf('a'), request: 'q' });
    expect(rig.answerTo('q')).toMatchObject({ rank: { among: 'sent', before: 1, waiting: 2 } });
  });

  it('is nothing for a node that does not wait, and changes nothing', () => {
    const rig = new ShardRig(aPlan(['a', aTask('b', ['a'])])).start();
    const before = rig.events.length;
    rig.deliver({ type: 'rank', run: rig.runId, node: rig.indexOf('b'), request: 'q' });
    expect(rig.answerTo('q')).toEqual({ ok: true, rank: null });
    expect(rig.events).toHaveLength(before);
  });
});
