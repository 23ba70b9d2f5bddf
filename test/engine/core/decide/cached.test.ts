/** Outcomes that took no work, and failures that no work could mend. */
import { describe, expect, it } from 'vitest';
import { aPlan, aRetry, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

describe('a success that was found in the cache', () => {
  const rig = new ShardRig(aPlan(['a', aTask('b', ['a'])])).start();
  rig.claim('a');
  rig.deliver(rig.outcome('a', { status: 'succeeded', outputs: { n: 1 }, cached: 'OTHER' }));

  it('is a success, and the history says where it comes from', () => {
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued' });
    expect(rig.left('a')).toEqual({ o: { n: 1 } });
    expect(rig.history('a')).toEqual(['node.queued', 'node.started', 'node.cached', 'node.succeeded']);
    expect(rig.events.find(({ type }) => type === 'node.cached')?.detail).toEqual({ run: 'OTHER' });
  });
});

it('a secret that is not there is not tried again', () => {
  const rig = new ShardRig(aPlan([aTask('a', [], { retry: aRetry(5) })])).start();
  expect(rig.fail('a', { code: 'secret_unavailable' }).state('a')).toBe('failed');
});
