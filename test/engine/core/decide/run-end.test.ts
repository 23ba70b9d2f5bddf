import { describe, expect, it } from 'vitest';
import { decide, settleTurn, Turn } from '../../../../engine/core/decide/index.ts';
import { newRunState } from '../../../../engine/core/run-state.ts';
import { adoptRun, newShardState } from '../../../../engine/core/shard-state.ts';
import { aFanOut, aHeader, aPlan, aTask, START_MS } from '../../../support/run-builder.ts';
import { ACTIONS, ShardRig } from '../../../support/shard-rig.ts';

describe('outputs of a run', () => {
  const outputs = {
    n: '${{ tasks.a.outputs.n }}',
    text: 'n is ${{ tasks.a.outputs.n }}',
    __proto__x: 'plain',
  };

  it('are resolved when the run ends', () => {
    const rig = new ShardRig(aPlan(['a'], { outputs })).start().succeed('a', { n: 4 });
    expect(rig.header.outputs).toEqual({ n: 4, text: 'n is 4', __proto__x: 'plain' });
  });

  it('are null in a failed run where they cannot be resolved', () => {
    const rig = new ShardRig(aPlan(['a'], { outputs })).start().fail('a');
    expect(rig.header.outputs).toEqual({ n: null, text: null, __proto__x: 'plain' });
    expect(rig.header.error?.code).toBe('exit_code');
  });

  it('fail a run that else succeeded', () => {
    const rig = new ShardRig(aPlan(['a'], { outputs })).start().succeed('a', {});
    expect(rig.header).toMatchObject({ status: 'failed', error: { code: 'unresolved_reference' } });
    expect(rig.header.error?.message).toContain('output n');
  });

  it('may have any name', () => {
    const named = JSON.parse('{"__proto__": "${{ 1 }}", "constructor": "${{ 2 }}"}');
    const rig = new ShardRig(aPlan(['a'], { outputs: named })).start().succeed('a');
    expect(JSON.stringify(rig.header.outputs)).toBe('{"__proto__":1,"constructor":2}');
  });
});

describe('max_parallel of a run', () => {
  it('holds tasks back, and lets them go in the order in which they are written', () => {
    const rig = new ShardRig(aPlan(['a', 'b', 'c', 'd'], { maxParallel: 2 })).start();
    expect(rig.states()).toEqual({ a: 'queued', b: 'queued', c: 'blocked', d: 'blocked' });
    expect(rig.succeed('b').states()).toMatchObject({ a: 'queued', c: 'queued', d: 'blocked' });
    expect(rig.succeed('a').succeed('c').state('d')).toBe('queued');
  });

  it('counts nodes of fan-outs', () => {
    const rig = new ShardRig(aPlan([aFanOut('f', 9), aFanOut('g', 9)], { maxParallel: 3 })).start();
    const active = () =>
      [...rig.nodeStates('f'), ...rig.nodeStates('g')].filter((state) => state === 'queued').length;
    for (let i = 0; i < 18; i++) {
      expect(active()).toBe(Math.min(3, 18 - i));
      const name = ['f', 'g'].flatMap((task) =>
        rig.nodeStates(task).map((state, item) => ({ task, state, item })),
      );
      const next = name.find(({ state }) => state === 'queued');
      rig.succeed(`${next?.task}[${next?.item}]`);
    }
    expect(rig.header.status).toBe('succeeded');
  });
});

describe('a stopped worker', () => {
  it('that was not told to stop does not make a run succeed', () => {
    const rig = new ShardRig(aPlan(['a', aTask('b', ['a'])])).start();
    rig.deliver(rig.outcome('a', { status: 'cancelled' }));
    expect(rig.states()).toEqual({ a: 'cancelled', b: 'upstream_failed' });
    expect(rig.header.status).toBe('cancelled');
  });
});

describe('a cancel that comes while the last task ends', () => {
  const tasks = ['a', aTask('good', [], { phase: 'on_success' }), aTask('last', [], { phase: 'on_finish' })];

  it('counts: the run is cancelled, and nothing goes on as if it had succeeded', () => {
    const rig = new ShardRig(aPlan(tasks)).start();
    rig.claim('a');
    rig.cancel().succeed('a');
    expect(rig.states()).toEqual({ a: 'succeeded', good: 'skipped', last: 'queued' });
    rig.succeed('last');
    expect(rig.header).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
  });

  it('is refused when the last task has ended before', () => {
    const rig = new ShardRig(aPlan(tasks)).start().succeed('a');
    expect(rig.ask({ type: 'cancel', graceMs: 1 })).toMatchObject({ ok: false, code: 'not_possible' });
  });
});

describe('a run that cannot be decided', () => {
  it('is named, so that no other run is blamed for it', () => {
    const shard = newShardState(0, ACTIONS);
    const plans = [
      aPlan([aTask('bad', [], { action: { uses: 'work', with: { x: '${{ ) }}' } } })]),
      aPlan(['good']),
    ];
    const turn = new Turn(shard, START_MS);
    for (const [i, plan] of plans.entries()) {
      const header = aHeader(plan, { id: `run${i}` });
      adoptRun(
        shard,
        newRunState(header, plan, () => 1),
        new Map(),
        START_MS,
      );
      decide(turn, { type: 'start', run: `run${i}` });
    }
    expect(() => settleTurn(turn, () => 100)).toThrow();
    expect(turn.runAtHand).toBe('run0');
  });
});
