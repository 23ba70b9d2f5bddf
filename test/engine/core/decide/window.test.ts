import { describe, expect, it } from 'vitest';
import { aPlan, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

function rigOf(window: number): ShardRig {
  const each = aTask('f', [], {
    fanOut: { kind: 'foreach', items: Array.from({ length: 20 }, (_, i) => i) },
  });
  return new ShardRig(aPlan([each]), { window }).start();
}

describe('the window of a queue', () => {
  it('lets a shard go on sending while its work finds workers, whatever its share was', () => {
    const rig = rigOf(4);
    expect(rig.tickets).toHaveLength(4);
    for (let at = 0; at < 10; at++) rig.claim(`f[${at}]`);
    expect(rig.tickets).toHaveLength(12);
  });

  it('counts work that nobody is known to have begun in full', () => {
    const rig = rigOf(4);
    for (let at = 0; at < 4; at++) rig.claim(`f[${at}]`, { silently: true });
    rig.wait(1_000);
    expect(rig.tickets).toHaveLength(4);
  });

  it('is as wide for a new owner, and as work ends', () => {
    const rig = rigOf(4);
    for (let at = 0; at < 6; at++) rig.claim(`f[${at}]`);
    rig.load();
    rig.claim('f[6]');
    expect(rig.tickets).toHaveLength(9);
    for (let at = 0; at < 7; at++) rig.succeed(`f[${at}]`);
    expect(rig.tickets).toHaveLength(11);
    expect(rig.shard.atWorkByQueue.get('default')).toBe(0);
  });
});
