/** Searching the logs of a run: filters, pages, and bounds. */
import { describe, expect, it } from 'vitest';
import { newRecord, packRecord, RECORD_BYTES } from '../../../../engine/core/node-record.ts';
import { createMemoryLogStore } from '../../../../engine/memory/index.ts';
import type { LogLine } from '../../../../engine/ports/log-store.ts';
import { type LogQuery, searchLogs } from '../../../../engine/runtime/client/log-search.ts';
import { aHeader, aPlan, aTask, RUN_ID as RUN } from '../../../support/run-builder.ts';

async function rig(attempts: readonly number[]) {
  const plan = aPlan([aTask('read'), aTask('resize'), aTask('publish')]);
  const logs = createMemoryLogStore({ maxLines: 30_000 });
  const header = aHeader(plan);
  const records = new Uint8Array(RECORD_BYTES * attempts.length);
  for (const [i, attempt] of attempts.entries())
    packRecord(
      { ...newRecord(i), attempt },
      header.createdAt,
      new DataView(records.buffer),
      i * RECORD_BYTES,
    );
  const stored = { header, records, outputs: new Map() };
  const client = { load: async () => ({ stored, plan }) };
  const write = (node: number, attempt: number, ...lines: (string | Partial<LogLine>)[]) =>
    logs.append(
      { run: RUN, node, attempt },
      lines.map((one, i) => ({
        at: 1_000 * (i + 1),
        stream: 'stdout',
        text: '',
        ...(typeof one === 'string' ? { text: one } : one),
      })),
    );
  const page = (query: Partial<LogQuery> = {}) =>
    searchLogs({ client, logs }, { run: RUN, limit: 100, ...query });
  const texts = async (query: Partial<LogQuery> = {}) =>
    (await page(query)).lines.map(({ node, attempt, text }) => `${node}#${attempt} ${text}`);
  return { write, page, texts };
}

describe('searching logs', () => {
  it('goes through the last attempts of all nodes in order, or through all attempts', async () => {
    const { write, texts } = await rig([1, 2, 0]);
    await write(0, 1, 'a');
    await write(1, 1, 'b');
    await write(1, 2, 'c');
    expect(await texts()).toEqual(['read#1 a', 'resize#2 c']);
    expect(await texts({ attempt: 'all' })).toEqual(['read#1 a', 'resize#1 b', 'resize#2 c']);
    expect(await texts({ node: 'resize', attempt: 1 })).toEqual(['resize#1 b']);
    await expect(texts({ node: 'nobody' })).rejects.toThrow('Its tasks: read, resize, publish.');
  });

  it('finds plain text, capitals or not, and patterns', async () => {
    const { write, texts } = await rig([1, 0, 0]);
    await write(0, 1, 'a.b', 'axb', 'A.B');
    expect(await texts({ grep: 'a.b' })).toEqual(['read#1 a.b']);
    expect(await texts({ grep: 'a.b', ignoresCase: true })).toEqual(['read#1 a.b', 'read#1 A.B']);
    expect(await texts({ grep: '^a.b$', isRegex: true })).toEqual(['read#1 a.b', 'read#1 axb']);
    expect(await texts({ grep: '^a.b$', isRegex: true, ignoresCase: true })).toHaveLength(3);
  });

  it('filters by time and level', async () => {
    const { write, texts } = await rig([1, 0, 0]);
    await write(0, 1, 'one', { stream: 'stderr', text: 'two' }, 'ERROR three');
    expect(await texts({ since: 2_000 })).toEqual(['read#1 two', 'read#1 ERROR three']);
    expect(await texts({ level: 'warn' })).toEqual(['read#1 two', 'read#1 ERROR three']);
    expect(await texts({ level: 'error' })).toEqual(['read#1 ERROR three']);
  });

  it('refuses patterns that are none or that take for ever, and no attempt at one ends in a hang', async () => {
    const { write, texts } = await rig([1, 0, 0]);
    await write(0, 1, 'a'.repeat(60));
    await expect(texts({ grep: '(', isRegex: true })).rejects.toThrow('is no regular expression');
    await expect(texts({ grep: '^(a+)+$b', isRegex: true })).rejects.toThrow('takes longer');
    await expect(texts({ grep: 'x'.repeat(1_001) })).rejects.toThrow('1000 characters');
  });

  it('gives every line once over pages of any size', async () => {
    const { write, page } = await rig([2, 1, 1]);
    const lines = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);
    await write(0, 1, ...lines('a', 7));
    await write(0, 2, ...lines('b', 501));
    await write(2, 1, ...lines('c', 3));
    const all = [...lines('a', 7), ...lines('b', 501), ...lines('c', 3)];
    for (const limit of [1, 7, 100, 500, 511]) {
      const found: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const { lines: some, next } = await page({ attempt: 'all', limit, cursor });
        expect(some.length).toBeLessThanOrEqual(limit);
        found.push(...some.map(({ text }) => text));
        if (next === undefined) break;
        cursor = next;
      }
      expect(found).toEqual(all);
    }
  });

  it('ends a page that has looked at enough, though nothing was found', async () => {
    const { write, page } = await rig([1, 0, 0]);
    await write(0, 1, ...Array.from({ length: 25_000 }, (_, i) => (i === 24_999 ? 'needle' : 'hay')));
    const first = await page({ grep: 'needle' });
    expect(first.lines).toEqual([]);
    expect((await page({ grep: 'needle', cursor: first.next })).lines).toHaveLength(1);
  });

  it('says how many lines are not kept any more', async () => {
    const { write, page } = await rig([1, 0, 0]);
    await write(0, 1, ...Array.from({ length: 30_010 }, () => 'x'));
    expect((await page()).missing).toEqual([{ node: 'read', attempt: 1, lines: 10 }]);
  });
});
