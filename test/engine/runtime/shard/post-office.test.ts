import { expect, it } from 'vitest';
import type { InboxMessage } from '../../../../engine/core/message.ts';
import { newShardState } from '../../../../engine/core/shard-state.ts';
import { createManualClock, createMemoryShardStore } from '../../../../engine/memory/index.ts';
import { SILENT } from '../../../../engine/ports/logger.ts';
import { CalmLogger } from '../../../../engine/runtime/calm-logger.ts';
import { PostOffice } from '../../../../engine/runtime/shard/post-office.ts';
import { aHeader, aPlan } from '../../../support/run-builder.ts';

const SCHEDULE = 'schedule/default/etl/0';

it('asks a run that was there already for its end, for those who wanted to start it', async () => {
  const clock = createManualClock(0);
  const store = createMemoryShardStore({ now: clock.now, clock, shards: 1, random: () => 0.5 });
  const sent: InboxMessage[] = [];
  const send = async (messages: readonly InboxMessage[]) => {
    sent.push(...messages);
    await store.send(messages);
  };
  const state = newShardState(0, new Map());
  const complaints = new CalmLogger(clock, SILENT);
  const office = new PostOffice({ store: { ...store, send }, shards: 1, state, complaints });
  const plan = aPlan(['a']);
  const { createdAt: _, ...header } = aHeader(plan);
  await store.storePlan(0, plan);
  for (const id of ['1', '2']) {
    office.send([[id, { kind: 'start', header: { ...header, tell: [SCHEDULE] } }]]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([...state.delivered]).toEqual(['1', '2']);
  expect(sent).toEqual([{ type: 'report', run: header.id, tell: SCHEDULE }]);
});
