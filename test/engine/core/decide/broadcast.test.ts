import { describe, expect, it } from 'vitest';
import type { ShardFacts } from '../../../../engine/core/decide/index.ts';
import { aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const worker = (session: string, name: string) => ({ session, name, labels: {} });
const factsOf = (...workers: { session: string; name: string }[]): ShardFacts => ({
  workersOf: () => workers.map(({ session, name }) => worker(session, name)),
  subscribersOf: () => [],
});

function rigOf(facts: ShardFacts, change: Partial<TaskDraft> = {}): ShardRig {
  return new ShardRig(aPlan([aTask('b', [], { fanOut: { kind: 'broadcast' }, ...change })]), { facts });
}

describe('a broadcast', () => {
  it('is one node for each live worker, through the own queue of each, and knows which it is', () => {
    const action = {
      uses: 'work',
      with: { at: '${{ broadcast.index }}/${{ broadcast.total }} ${{ broadcast.worker }}' },
    };
    const rig = rigOf(factsOf({ session: 's1', name: 'a' }, { session: 's2', name: 'b' }), {
      action,
    }).start();
    expect(rig.tickets.map(({ queue, with: options }) => [queue, options['at']])).toEqual([
      ['default+@s1', '0/2 a'],
      ['default+@s2', '1/2 b'],
    ]);
    rig.load();
    expect(rig.shard.sentByQueue.get('default+@s2')).toBe(1);
  });

  it('without a live worker has nothing to do, and says why', () => {
    const rig = rigOf(factsOf()).start();
    expect(rig.state('b')).toBe('succeeded');
    expect(rig.events.find(({ type }) => type === 'node.expanded')?.detail).toMatchObject({
      count: 0,
      reason: expect.stringContaining('no worker of queue "default"'),
    });
  });

  it('a node whose worker is gone fails, and is not given to another', () => {
    const rig = rigOf(factsOf({ session: 's1', name: 'a' }), { retry: aRetry(3) }).start();
    rig.deliver({ type: 'lost', ...rig.nameOf('b[0]') });
    expect(rig.left('b[0]').e).toEqual({
      code: 'worker_lost',
      message: 'the worker a is gone; retry the node when a worker of that name runs again',
    });
  });

  it('the next attempt goes to the successor of the same name', () => {
    const facts = { ...factsOf({ session: 's1', name: 'a' }) };
    const rig = rigOf(facts, { retry: aRetry(2) })
      .start()
      .fail('b[0]');
    facts.workersOf = () => [worker('s9', 'a'), worker('s3', 'z')];
    rig.wait(1_000);
    expect(rig.tickets.at(-1)?.queue).toBe('default+@s9');
  });
});
