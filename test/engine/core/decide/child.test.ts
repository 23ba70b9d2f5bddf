import { describe, expect, it } from 'vitest';
import type { ChildEndedMessage } from '../../../../engine/core/message.ts';
import type { PlanChild } from '../../../../engine/core/plan.ts';
import { aFanOut, aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const CHILD = aPlan(['x'], { name: 'rollout', inputs: { region: { type: 'string', required: true } } });
const aChild = (change: Partial<PlanChild> = {}): Partial<TaskDraft> => ({
  action: { uses: 'workflow', with: {} },
  child: {
    namespace: 'default',
    workflow: 'rollout',
    hash: CHILD.hash,
    inputs: { region: 'north' },
    detached: false,
    ...change,
  },
});

function rigOf(...tasks: (string | TaskDraft)[]): ShardRig {
  return new ShardRig(aPlan(tasks), { children: [CHILD] }).start();
}

const startsOf = ({ posts }: ShardRig) =>
  posts.flatMap((post) => (post.kind === 'start' ? [post.header] : []));
const toldOf = ({ posts }: ShardRig) =>
  posts.flatMap((post) => (post.kind === 'message' ? [post.message.type] : []));

function end(rig: ShardRig, change: Partial<ChildEndedMessage> = {}): void {
  const header = startsOf(rig).at(-1);
  if (!header?.parent) throw new Error('no child was started');
  const { run, node, generation, attempt } = header.parent;
  const name = { run, node, generation, attempt, child: header.id };
  rig.deliver({ type: 'child_ended', ...name, status: 'succeeded', outputs: {}, ...change });
}

describe('a sub-workflow', () => {
  it('is started with its inputs, and its outputs become those of the task', () => {
    const rig = rigOf(aTask('a', [], aChild()), aTask('b', ['a']));
    expect(rig.states()).toEqual({ a: 'running', b: 'pending' });
    expect(startsOf(rig)).toMatchObject([
      {
        workflow: 'rollout',
        inputs: { region: 'north' },
        trigger: { type: 'workflow', node: 'a', depth: 1 },
      },
    ]);
    end(rig, { outputs: { url: 'u' } });
    expect(rig.left('a').o).toEqual({ url: 'u' });
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued' });
    expect(rig.timers.size).toBe(0);
  });

  it('that fails fails the task with the way to the cause', () => {
    const rig = rigOf(aTask('a', [], aChild()));
    end(rig, { status: 'failed', error: { code: 'exit_code', message: 'exited with code 1', task: 'push' } });
    const { id = '' } = startsOf(rig)[0] ?? {};
    expect(rig.left('a').e).toEqual({
      code: 'child_failed',
      message: `rollout (run ${id}) → push: exited with code 1`,
    });
    expect(rig.header.error).toMatchObject({ task: 'a', code: 'child_failed' });
  });

  it('is another run at the next attempt, and what the former one says no longer counts', () => {
    const rig = rigOf(aTask('a', [], { ...aChild(), retry: aRetry(2) }));
    end(rig, { status: 'cancelled' });
    rig.wait(1_000);
    const [first, second] = startsOf(rig);
    expect(second?.id).not.toBe(first?.id);
    end(rig, { child: first?.id ?? '' });
    expect(rig.state('a')).toBe('running');
    end(rig);
    expect(rig.state('a')).toBe('succeeded');
  });

  it('is cancelled with its parent, which ends after it', () => {
    const rig = rigOf(aTask('a', [], aChild())).cancel();
    expect(rig.state('a')).toBe('running');
    expect(toldOf(rig)).toEqual(['cancel']);
    rig.load();
    rig.cancel();
    end(rig, { status: 'cancelled' });
    expect(rig.header.status).toBe('cancelled');
  });

  it('that passes the timeout of its task is stopped, and the task fails with `timeout`', () => {
    const rig = rigOf(aTask('a', [], { ...aChild(), timeoutMs: 2_000 })).wait(2_000);
    expect(toldOf(rig)).toEqual(['cancel']);
    end(rig, { status: 'cancelled' });
    expect(rig.left('a').e?.code).toBe('timeout');
  });

  it('is asked, more and more rarely, until it has answered', () => {
    const rig = rigOf(aTask('a', [], aChild())).wait(200_000);
    const asked = toldOf(rig).filter((type) => type === 'report').length;
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThan(10);
    // The store may have gone back to before its start: the same start again is harmless.
    expect(new Set(startsOf(rig).map(({ id }) => id)).size).toBe(1);
    expect(startsOf(rig).length).toBeGreaterThan(1);
    end(rig);
    expect(rig.timers.size).toBe(0);
  });

  it('detached: succeeds at once with the id of the run', () => {
    const rig = rigOf(aTask('a', [], aChild({ detached: true })));
    expect(rig.left('a').o).toEqual({ run_id: startsOf(rig)[0]?.id });
    expect(startsOf(rig)[0]?.parent).toBeUndefined();
    expect(rig.header.status).toBe('succeeded');
  });

  it('counts for `max_parallel` while it runs, and failures of a few are within `max_failures`', () => {
    const rig = rigOf(aFanOut('f', 3, { ...aChild(), maxParallel: 1, maxFailures: { count: 1 } }));
    expect(rig.nodeStates('f')).toEqual(['running']);
    end(rig, { status: 'failed' });
    end(rig);
    end(rig);
    expect(rig.nodeStates('f')).toEqual(['failed', 'succeeded', 'succeeded']);
    expect(rig.header.status).toBe('succeeded');
  });

  it.each([
    [{ inputs: {} }, /input region is required/],
    [{ hash: 'gone' }, /no version of the workflow default\/rollout/],
  ])('that cannot be started fails the task: %j', (change, message) => {
    const rig = rigOf(aTask('a', [], aChild(change)));
    expect(rig.left('a').e).toMatchObject({
      code: 'child_not_started',
      message: expect.stringMatching(message),
    });
    expect(startsOf(rig)).toEqual([]);
  });
});
