import { describe, expect, it } from 'vitest';
import { explainNode } from '../../../../engine/core/explain/index.ts';
import { limitAddress } from '../../../../engine/core/limit/address.ts';
import { differingLimits } from '../../../../engine/core/limit/declared.ts';
import { aPlan, aTask } from '../../../support/run-builder.ts';
import { someFacts } from '../explain/some-facts.ts';
import { RunRig } from './run-rig.ts';

const limited = (name: string, limit: number, key = 'db') =>
  aPlan([aTask('t', [], { concurrency: [{ key, limit }] })], { name });

describe('limits that workflows declare differently', () => {
  it('are found across workflows, once each', () => {
    expect(differingLimits([limited('a', 1), limited('b', 2), limited('c', 3)])).toMatchObject([
      { limit: { key: 'db' }, one: { workflow: 'a', limit: 1 }, other: { workflow: 'b', limit: 2 } },
    ]);
  });

  it('are not those of equal numbers, other keys, other kinds, or keys known only at run time', () => {
    const rate = aPlan([aTask('t', [], { rateLimit: [{ key: 'db', limit: 9, perMs: 1_000, cost: 1 }] })], {
      name: 'r',
    });
    const dynamic = [1, 2].map((limit) => limited(`d${limit}`, limit, `\${{ inputs.k }}`));
    expect(
      differingLimits([limited('a', 1), limited('b', 1), limited('c', 2, 'x'), rate, ...dynamic]),
    ).toEqual([]);
  });

  it('are said to who waits; the number of the newest run holds', () => {
    const rig = new RunRig()
      .start('a', limited('one', 2), { workflow: 'one' })
      .start('b', limited('two', 1), { workflow: 'two' });
    const address = limitAddress('concurrency', 'default', 'db');
    expect(rig.state('b', 't')).toBe('blocked');
    const run = rig.runs.get('b');
    const facts = someFacts({ limit: () => rig.shard.actors.get(address) ?? new Map() });
    const reasons = run ? explainNode(run, 0, facts)?.reasons : [];
    expect(reasons?.map(({ code }) => code)).toEqual(['limit', 'limit_differs']);
    expect(reasons?.[1]?.text).toBe(
      'two and one declare "db" differently (1 and 2); the newest run\'s number holds.',
    );
  });
});
