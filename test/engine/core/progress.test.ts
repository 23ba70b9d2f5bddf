/** How far a run is, and when it will end. */
import { describe, expect, it } from 'vitest';
import { NOTHING_LEARNED } from '../../../engine/core/forecast/index.ts';
import type { Plan } from '../../../engine/core/plan.ts';
import { advanceOf } from '../../../engine/core/progress/run-advance.ts';
import {
  learnedFrom,
  RUN_SAMPLES,
  type RunSample,
  sampleOf,
} from '../../../engine/core/progress/run-sample.ts';
import { aFanOut, aPlan, aTask, type TaskDraft } from '../../support/run-builder.ts';
import { ShardRig } from '../../support/shard-rig.ts';

/** Durations as a former run had them: ms, or ms a node and their number. */
function learned(times: { readonly [task: string]: number | readonly [ms: number, nodes: number] }) {
  const tasks = Object.entries(times).map(([task, of]) => [task, typeof of === 'number' ? [of, 1] : of]);
  return learnedFrom([
    { run: 'r', namespace: 'default', workflow: 'w', ms: 1, tasks: Object.fromEntries(tasks) } as RunSample,
  ]);
}

function rigOf(plan: Plan | readonly (string | TaskDraft)[]): ShardRig {
  return new ShardRig('tasks' in plan ? plan : aPlan([...plan])).start();
}

function advance(
  rig: ShardRig,
  times: Parameters<typeof learned>[0] = {},
  reported: [number, number][] = [],
) {
  const { plan, nodes: records } = rig.run;
  const known = Object.keys(times).length === 0 ? NOTHING_LEARNED : learned(times);
  const { progress, eta } = advanceOf({
    plan,
    records,
    learned: known,
    reported: new Map(reported),
    now: rig.now,
  });
  return {
    percent: Math.round(100 * progress),
    inMs: eta && eta.at - rig.now,
    basis: eta?.basis,
    overtime: eta?.overtime,
  };
}

describe('progress', () => {
  const chain = ['a', aTask('b', ['a']), aTask('c', ['b'])];
  const times = { a: 1_000, b: 8_000, c: 1_000 };

  it('weighs tasks by how long they usually take, and all the same when nothing is known', () => {
    const rig = rigOf(chain).succeed('a');
    expect(advance(rig).percent).toBe(33);
    expect(advance(rig, times)).toEqual({ percent: 10, inMs: 9_000, basis: 'learned', overtime: false });
    expect(advance(rig.succeed('b'), times)).toEqual({
      percent: 90,
      inMs: 1_000,
      basis: 'learned',
      overtime: false,
    });
  });

  it('goes on while a node works, and stays below its end when it takes longer than usual', () => {
    const rig = rigOf(chain).succeed('a');
    rig.claim('b');
    rig.now += 4_000;
    expect(advance(rig, times)).toMatchObject({ percent: 50, inMs: 5_000 });
    rig.now += 6_000;
    expect(advance(rig, times)).toMatchObject({ percent: 86, inMs: 1_400 });
    rig.now += 34_000;
    expect(advance(rig, times), 'a fifth of the 36 s beyond the usual, and c').toMatchObject({
      percent: 86,
      inMs: 8_200,
      overtime: true,
    });
  });

  it('calls nothing unusual of which it does not know what is usual', () => {
    const rig = rigOf(chain).succeed('a');
    rig.claim('b');
    rig.now += 60_000;
    expect(advance(rig, { a: 1_000, c: 1_000 })).toMatchObject({ basis: 'partly', overtime: false });
  });

  it('believes what a node reports of itself', () => {
    const rig = rigOf(chain).succeed('a');
    rig.claim('b');
    expect(advance(rig, times, [[1, 0.5]])).toMatchObject({ percent: 50, inMs: 5_000 });
    rig.now += 12_000;
    expect(
      advance(rig, times, [[1, 0.5]]),
      'between the usual 4 s and the 12 s of its pace, and c',
    ).toMatchObject({ percent: 50, inMs: 9_000, overtime: true });
    expect(advance(rig, times, [[1, 0.9]]), 'as usual').toMatchObject({ percent: 82, overtime: false });
  });

  it('takes what was skipped, or will never run, for done', () => {
    const rig = rigOf(['a', aTask('b', ['a']), 'c']).fail('a');
    expect(advance(rig, { a: 1_000, b: 7_000, c: 2_000 })).toMatchObject({ percent: 80, inMs: 2_000 });
  });

  it('counts handlers as nothing: whether they run is not known', () => {
    const rig = rigOf(['a', aTask('bad', [], { phase: 'on_failure' })]);
    expect(advance(rig, { a: 1_000, bad: 60_000 })).toMatchObject({ percent: 0, inMs: 1_000 });
  });
});

describe('the end', () => {
  it('is that of the longest path', () => {
    const rig = rigOf(['a', 'b', aTask('c', ['a', 'b'])]);
    expect(advance(rig, { a: 1_000, b: 5_000, c: 2_000 }).inMs).toBe(7_000);
  });

  it('waits for slots when nodes of a fan-out stand in a queue', () => {
    const rig = rigOf([aFanOut('f', 8), aTask('end', ['f'])]);
    const times = { f: [1_000, 8], end: 1_000 } as const;
    expect(advance(rig, times).inMs).toBe(2_000);
    rig.claim('f[0]');
    rig.claim('f[1]');
    expect(advance(rig, times).inMs).toBe(5_000);
  });

  it('keeps to `max_parallel` of a fan-out', () => {
    const rig = rigOf([aFanOut('f', 8, { maxParallel: 4 })]);
    expect(advance(rig, { f: [1_000, 8] }).inMs).toBe(2_000);
  });

  it('takes as many nodes as former runs had, until it is known', () => {
    const rig = rigOf(['a', aFanOut('f', '${{ tasks.a.outputs.list }}', { needs: ['a'] })]);
    expect(advance(rig, { a: 1_000, f: [500, 4] }).percent).toBe(0);
    rig.succeed('a', { list: [1, 2] });
    expect(advance(rig, { a: 1_000, f: [500, 4] }).percent).toBe(50);
  });

  it('is unknown without history, and says when it knows a part only', () => {
    const rig = rigOf(['a', aTask('b', ['a'])]);
    expect(advance(rig)).toMatchObject({ percent: 0, inMs: undefined, basis: undefined });
    expect(advance(rig, { a: 3_000 })).toMatchObject({ percent: 0, inMs: 6_000, basis: 'partly' });
  });
});

describe('what people are asked', () => {
  const asks = {
    approval: { action: { uses: 'approval', with: {} } },
    signal: { action: { uses: 'wait', with: { signal: 'go' } } },
  };
  const times = { a: 1_000, ask: 3_600_000, b: 1_000 };
  const answer = (rig: ShardRig) => {
    rig.deliver({ type: 'approval', run: rig.runId, node: 'ask', decision: 'approved', request: 'q1' });
    rig.deliver({ type: 'signal', run: rig.runId, name: 'go', payload: {}, request: 'q2' });
  };

  it.each(Object.entries(asks))(
    'by an %s is no work, and nobody knows the end before it is answered',
    (_, ask) => {
      const rig = rigOf(['a', aTask('ask', ['a'], ask), aTask('b', ['ask'])]);
      expect(advance(rig, times)).toMatchObject({ percent: 0, inMs: undefined, basis: undefined });
      rig.succeed('a');
      expect(advance(rig, times)).toMatchObject({ percent: 50, inMs: undefined, basis: undefined });
      rig.now += 7_200_000;
      expect(advance(rig, times).percent).toBe(50);
      answer(rig);
      expect(advance(rig, times)).toMatchObject({ percent: 50, inMs: 1_000, basis: 'learned' });
    },
  );

  it('does not make others seem long that have never run', () => {
    const rig = rigOf(['a', aTask('ask', ['a'], asks.approval), aTask('new', ['ask'])]);
    answer(rig.succeed('a'));
    expect(advance(rig, { a: 1_000, ask: 3_600_000 }).percent).toBe(50);
  });

  it('does not hold back a run that goes round it, or waits for a time', () => {
    const rig = rigOf(['a', aTask('ask', ['a'], asks.approval)]).fail('a');
    expect(advance(rig, times).inMs).toBeUndefined();
    const timed = rigOf([aTask('b', [], { action: { uses: 'wait', with: { for: '1s' } } })]);
    expect(advance(timed, times).inMs).toBe(1_000);
  });
});

describe('what a run teaches', () => {
  it('is how long its nodes worked; what was skipped teaches nothing', () => {
    const rig = rigOf(['a', aTask('b', [], { if: 'false' }), aFanOut('f', 2)]);
    for (const node of ['a', 'f[0]', 'f[1]']) rig.claim(node);
    rig.now += 400;
    rig.succeed('a').succeed('f[0]');
    rig.now += 400;
    rig.succeed('f[1]');
    const sample = sampleOf(rig.header, rig.run.plan, rig.run.nodes);
    expect(sample).toMatchObject({ ms: 800, tasks: { a: [400, 1], f: [600, 2] } });
    expect(sample?.tasks).not.toHaveProperty('b');
  });

  it('is nothing when no task worked', () => {
    const rig = rigOf([aTask('b', [], { if: 'false' })]);
    expect(sampleOf(rig.header, rig.run.plan, rig.run.nodes)).toBeUndefined();
  });

  it('counts each run once, and is bounded', () => {
    const one = (run: string, ms: number): RunSample => ({
      run,
      namespace: 'default',
      workflow: 'w',
      ms,
      tasks: { a: [ms, 1] },
    });
    expect(learnedFrom([one('r2', 300), one('r1', 100), one('r1', 100)])).toEqual({
      runs: 2,
      tasks: new Map([['a', { nodeMs: 200, nodes: 1 }]]),
    });
    expect(RUN_SAMPLES).toBeLessThanOrEqual(100);
  });
});
