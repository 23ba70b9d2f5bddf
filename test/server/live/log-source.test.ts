/** What an attempt writes, live: on the real stores in memory, by a clock that the test turns. */
import { describe, expect, it } from 'vitest';
import { newRecord, packRecord, RECORD_BYTES } from '../../../engine/core/node-record.ts';
import type { NodeState } from '../../../engine/core/node-state.ts';
import { createMemoryLogStore } from '../../../engine/memory/index.ts';
import { LogSource } from '../../../server/live/log-source.ts';
import { aHeader, aPlan } from '../../support/run-builder.ts';

const LOG = { run: '01J8ZQ4T9W0000000000000000', node: 1, attempt: 2 };
const line = (text: string) => ({ at: 0, stream: 'stdout' as const, text });

function rig(settings: { readonly maxLines?: number } = {}) {
  const logs = createMemoryLogStore(settings);
  const header = { ...aHeader(aPlan(['a', 'b'])), status: 'running' as 'running' | 'failed', createdAt: 0 };
  const records = new Uint8Array(2 * RECORD_BYTES);
  let now = 0;
  const source = new LogSource({
    logs,
    client: { header: async () => header },
    store: { readRecords: async (_, count) => records.slice(0, count * RECORD_BYTES) },
    log: LOG,
    now: () => now,
  });
  return {
    logs,
    source,
    header,
    stands(state: NodeState, attempt: number) {
      const view = new DataView(records.buffer);
      packRecord({ ...newRecord(1), state, attempt }, 0, view, RECORD_BYTES);
    },
    async read(after: string) {
      now += 1_000;
      const { items, ...rest } = await source.read(after);
      const texts = items.map(({ frame }) => /"text":"([^"]*)"/.exec(Buffer.from(frame).toString())?.[1]);
      return { texts, last: items.at(-1)?.position, ...rest };
    },
  };
}

describe('the feed of a log', () => {
  it.each<[NodeState, number, boolean]>([
    ['pending', 0, false],
    ['retrying', 1, false],
    ['queued', 2, false],
    ['running', 2, false],
    ['retrying', 2, true],
    ['succeeded', 2, true],
    ['running', 3, true],
  ])('of attempt 2, where the node is %s with attempt %i: it is over: %s', async (state, attempt, isOver) => {
    const { read, stands } = rig();
    stands(state, attempt);
    await read('0');
    expect((await read('0')).isOver).toBe(isOver);
  });

  it('gives the lines that were written before the end, though they came after the last look', async () => {
    const { logs, read, stands } = rig();
    stands('running', 2);
    await logs.append(LOG, [line('one')]);
    expect(await read('0')).toEqual({ texts: ['one'], last: '1', hasGap: false, isOver: false });
    stands('failed', 2);
    expect(await read('1')).toMatchObject({ texts: [], isOver: false });
    await logs.append(LOG, [line('two')]);
    expect(await read('1')).toEqual({ texts: ['two'], last: '2', hasGap: false, isOver: true });
  });

  it('ends with the run, whatever its node was doing', async () => {
    const { header, read, stands } = rig();
    stands('running', 2);
    header.status = 'failed';
    await read('0');
    expect((await read('0')).isOver).toBe(true);
  });

  it('says that lines are gone', async () => {
    const { logs, read, stands } = rig({ maxLines: 10 });
    stands('running', 2);
    for (let n = 0; n < 1_000; n++) await logs.append(LOG, [line(`${n}`)]);
    const { hasGap, texts } = await read('5');
    expect(hasGap).toBe(true);
    expect(Number(texts[0])).toBeGreaterThan(5);
  });
});
