/** The contract of the log store: engine/ports/log-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LogLine, LogName, LogStore } from '../../engine/ports/log-store.ts';

export interface LogStoreSubject {
  readonly logs: LogStore;
  close(): Promise<void>;
}

export interface LogStoreSettings {
  /** Lines kept of one attempt; an adapter may keep up to a fifth more, or 200 more if that is more. */
  readonly maxLines: number;
  /** Bytes of text kept of one attempt; an adapter may keep up to half of it less. */
  readonly maxBytes: number;
}

const NAME: LogName = { run: '01J8ZQ4T9W0000000000000000', node: 0, attempt: 1 };

const aLine = (text: string, stream: LogLine['stream'] = 'stdout') => ({
  at: 1_700_000_000_000,
  stream,
  text,
});
const textsOf = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

export function logStoreContract(
  name: string,
  make: (settings: LogStoreSettings) => Promise<LogStoreSubject>,
): void {
  describe(`log store contract: ${name}`, () => {
    const subjects: LogStoreSubject[] = [];
    const open = async (maxLines = 10_000, maxBytes = 4_000_000) => {
      const subject = await make({ maxLines, maxBytes });
      subjects.push(subject);
      return subject.logs;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('reads nothing where nothing was written', async () => {
      const logs = await open();
      await logs.append(NAME, []);
      expect(await logs.read(NAME, '0', 10)).toEqual([]);
    });

    it('gives lines as they were written, in order', async () => {
      const logs = await open();
      const lines = [
        aLine('one'),
        aLine('', 'stderr'),
        aLine('ä\t"\u0000\u001b[1m\u2028', 'system'),
        aLine('__proto__'),
      ];
      await logs.append(NAME, lines.slice(0, 2));
      await logs.append(NAME, lines.slice(2));
      const read = await logs.read(NAME, '0', 10);
      expect(read.map(({ id: _, ...line }) => line)).toEqual(lines);
      expect(new Set(read.map(({ id }) => id)).size).toBe(4);
    });

    it('goes on after a position, a page at a time, to the end', async () => {
      const logs = await open();
      const texts = Array.from({ length: 25 }, (_, i) => `line ${i}`);
      await logs.append(
        NAME,
        texts.slice(0, 20).map((text) => aLine(text)),
      );
      await logs.append(
        NAME,
        texts.slice(20).map((text) => aLine(text)),
      );
      const found: string[] = [];
      let after = '0';
      for (
        let page = await logs.read(NAME, after, 10);
        page.length > 0;
        page = await logs.read(NAME, after, 10)
      ) {
        expect(page.length).toBeLessThanOrEqual(10);
        found.push(...textsOf(page));
        after = page.at(-1)?.id ?? after;
      }
      expect(found).toEqual(texts);
      await logs.append(NAME, [aLine('more')]);
      expect(textsOf(await logs.read(NAME, after, 10))).toEqual(['more']);
    });

    it('keeps the attempts, nodes and runs apart', async () => {
      const logs = await open();
      const names: LogName[] = [
        NAME,
        { ...NAME, attempt: 2 },
        { ...NAME, node: 1 },
        { ...NAME, run: '01J8ZQ4T9W0000000000000001' },
        { ...NAME, node: 11, attempt: 1 },
        { ...NAME, node: 1, attempt: 11 },
      ];
      for (const [i, name] of names.entries()) await logs.append(name, [aLine(`log ${i}`)]);
      for (const [i, name] of names.entries())
        expect(textsOf(await logs.read(name, '0', 10))).toEqual([`log ${i}`]);
    });

    it('keeps the newest lines when there are too many', async () => {
      const logs = await open(500);
      for (let batch = 0; batch < 30; batch++) {
        await logs.append(
          NAME,
          Array.from({ length: 100 }, (_, i) => aLine(`line ${batch * 100 + i}`)),
        );
      }
      const texts = textsOf(await logs.read(NAME, '0', 5_000));
      expect(texts.at(-1)).toBe('line 2999');
      expect(texts.length).toBeGreaterThanOrEqual(500);
      expect(texts.length).toBeLessThanOrEqual(700);
      expect(texts).toEqual(texts.map((_, i) => `line ${3_000 - texts.length + i}`));
    });

    it('keeps the newest lines that fit the bytes, and their numbers say how many went', async () => {
      const logs = await open(10_000, 10_000);
      for (let batch = 0; batch < 40; batch++)
        await logs.append(
          NAME,
          Array.from({ length: 10 }, (_, i) => aLine(`${batch * 10 + i} ${'ä'.repeat(45)}`)),
        );
      const lines = await logs.read(NAME, '0', 5_000);
      const bytes = lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      expect(bytes).toBeLessThanOrEqual(10_000);
      expect(bytes).toBeGreaterThan(4_500);
      expect(lines.at(-1)?.id).toBe('400');
      expect(lines.map(({ id, text }) => [Number(id) - 1, Number(text.split(' ')[0])])).toEqual(
        lines.map((_, i) => Array(2).fill(400 - lines.length + i)),
      );
    });

    it('keeps a batch that is larger than the cap as a whole', async () => {
      const logs = await open(10_000, 1_000);
      await logs.append(NAME, [aLine('before')]);
      await logs.append(NAME, [aLine('a'.repeat(900)), aLine('b'.repeat(900))]);
      expect((await logs.read(NAME, '0', 10)).map(({ text }) => text[0]).slice(-2)).toEqual(['a', 'b']);
    });
  });
}
