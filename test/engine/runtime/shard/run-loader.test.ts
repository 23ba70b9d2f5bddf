/** Runs that come into a shard's memory by what a message says of them. */
import { expect, it } from 'vitest';
import type { StartMessage } from '../../../../engine/core/message.ts';
import { dropRun, newShardState } from '../../../../engine/core/shard-state.ts';
import type { OwnerStore, StoredRun } from '../../../../engine/ports/shard-store.ts';
import { RunLoader } from '../../../../engine/runtime/shard/run-loader.ts';
import { aHeader, aPlan, aTask } from '../../../support/run-builder.ts';

it('does not begin a run again by its start message when another message had effect on it before', async () => {
  const plan = aPlan([aTask('a')]);
  const header = aHeader(plan, { status: 'queued', nodes: 0 });
  const ended = { ...header, status: 'cancelled', nodes: 1 } as const;
  let stored: StoredRun = { header, records: new Uint8Array(), outputs: new Map() };
  const store = {
    loadRun: async () => stored,
    loadPlan: async () => plan,
    readFlights: async () => [],
  } as unknown as OwnerStore;
  const state = newShardState(0, new Map());
  const loader = new RunLoader(store, state, 0);
  // The cancel was read before the start, and found the run in the store.
  await loader.load(new Set([header.id]));
  stored = { ...stored, header: ended };
  dropRun(state, header.id);
  const start: StartMessage = { type: 'start', run: header.id, header };
  await loader.begin([start]);
  expect(state.runs.get(header.id)?.header.status).toBe('cancelled');
});
