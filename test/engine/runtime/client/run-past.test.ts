/** A run's history read on piece by piece tells what it tells read at once. */
import { expect, it } from 'vitest';
import { NOTHING_LEARNED } from '../../../../engine/core/forecast/index.ts';
import { packRecord, RECORD_BYTES } from '../../../../engine/core/node-record.ts';
import { RunPast } from '../../../../engine/runtime/client/run-past.ts';
import { viewRun, viewRunWithPast } from '../../../../engine/runtime/client/run-view.ts';
import { aFanOut, aPlan, aRetry, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

it('is the same in pieces that overlap as at once, also with retries', () => {
  const plan = aPlan([
    aTask('a', [], { retry: aRetry(2), costPerHour: 3.6 }),
    aFanOut('f', 3, { needs: ['a'] }),
  ]);
  const rig = new ShardRig(plan).start();
  rig.fail('a').wait(1_000).succeed('a');
  rig.succeed('f[0]').succeed('f[2]');
  const { header, nodes } = rig.restore();
  const records = new Uint8Array(nodes.length * RECORD_BYTES);
  for (const [i, record] of nodes.entries())
    packRecord(record, header.createdAt, new DataView(records.buffer), i * RECORD_BYTES);
  const stored = { header, records, outputs: new Map() };
  const known = { now: rig.now, learned: NOTHING_LEARNED };
  const past = new RunPast();
  for (let at = 0; at < rig.events.length; at += 2) past.add(rig.events.slice(Math.max(0, at - 3), at + 2));
  const view = viewRunWithPast(stored, plan, { past, ...known });
  expect(view).toEqual(viewRun(stored, plan, { events: rig.events, ...known }));
  expect(view.nodes[0]?.attempts).toHaveLength(2);
  expect(past.seq).toBe(rig.events.at(-1)?.seq);
});
