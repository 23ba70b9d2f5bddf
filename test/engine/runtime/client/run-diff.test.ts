/** Two runs side by side: what differs, and where they first parted. */

import { describe, expect, it } from 'vitest';
import { NOTHING_LEARNED } from '../../../../engine/core/forecast/index.ts';
import type { Json } from '../../../../engine/core/json.ts';
import { packRecord, RECORD_BYTES } from '../../../../engine/core/node-record.ts';
import type { Plan } from '../../../../engine/core/plan.ts';
import { diffRuns } from '../../../../engine/runtime/client/run-diff.ts';
import { viewRun } from '../../../../engine/runtime/client/run-view.ts';
import { aFanOut, aPlan, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

function compared(plan: Plan, rig: ShardRig) {
  const { header, nodes, outputs } = rig.restore();
  const records = new Uint8Array(nodes.length * RECORD_BYTES);
  for (const [i, record] of nodes.entries())
    packRecord(record, header.createdAt, new DataView(records.buffer), i * RECORD_BYTES);
  const stored = {
    header,
    records,
    outputs: new Map([...outputs].map(([node, left]) => [node, JSON.stringify(left)])),
  };
  return {
    view: viewRun(stored, plan, { events: rig.events, now: rig.now, learned: NOTHING_LEARNED }),
    plan,
  };
}

function ran(plan: Plan, inputs: { readonly [name: string]: Json }, work: (rig: ShardRig) => void) {
  const rig = new ShardRig(plan, { inputs }).start();
  work(rig);
  return compared(plan, rig);
}

const PLAN = aPlan([aTask('a'), aFanOut('f', 2, { needs: ['a'] }), aTask('z', ['f'])], {
  outputs: { n: '${{ tasks.a.outputs.n }}' },
});

describe('diffRuns', () => {
  it('finds nothing between two runs alike', () => {
    const run = (rig: ShardRig) =>
      void rig.succeed('a', { n: 1 }).succeed('f[0]').succeed('f[1]').succeed('z');
    const found = diffRuns(ran(PLAN, { x: 1 }, run), ran(PLAN, { x: 1 }, run));
    expect(found).toMatchObject({ inputs: [], outputs: [], first_divergence: null });
    expect(found.definition).toEqual({
      is_same_version: true,
      workflow: [],
      added: [],
      removed: [],
      changed: [],
    });
  });

  it('finds the first node that ended otherwise, though others follow', () => {
    const a = ran(PLAN, {}, (rig) => rig.succeed('a', { n: 1 }).succeed('f[0]').succeed('f[1]').succeed('z'));
    const b = ran(PLAN, {}, (rig) => rig.succeed('a', { n: 1 }).succeed('f[0]').fail('f[1]'));
    expect(diffRuns(a, b).first_divergence).toMatchObject({
      node: 'f[1]',
      what: 'status',
      a: { status: 'succeeded' },
      b: { status: 'failed' },
    });
  });

  it('finds the first node that gave something else, and inputs and outputs that differ', () => {
    const a = ran(PLAN, { x: 1, y: { k: [1] } }, (rig) =>
      rig.succeed('a', { n: 1 }).succeed('f[0]').succeed('f[1]').succeed('z'),
    );
    const b = ran(PLAN, { x: 2, y: { k: [1] } }, (rig) =>
      rig.succeed('a', { n: 2 }).succeed('f[0]').succeed('f[1]').succeed('z'),
    );
    const found = diffRuns(a, b);
    expect(found).toMatchObject({
      inputs: [{ name: 'x', a: 1, b: 2 }],
      outputs: [{ name: 'n', a: 1, b: 2 }],
    });
    expect(found.first_divergence).toMatchObject({ node: 'a', what: 'outputs' });
  });

  it('names tasks that came, went or changed, and by which keys, whatever their numbers', () => {
    const before = aPlan(['gone', 'a', aTask('b', ['a'])]);
    const after = aPlan(['a', aTask('b', ['a'], { timeoutMs: 5 }), aTask('new', ['a'])], { maxParallel: 3 });
    const none = () => {};
    expect(diffRuns(ran(before, {}, none), ran(after, {}, none)).definition).toEqual({
      is_same_version: false,
      workflow: ['maxParallel'],
      added: ['new'],
      removed: ['gone'],
      changed: [{ task: 'b', keys: ['timeoutMs'] }],
    });
  });
});
