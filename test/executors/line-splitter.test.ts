import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineSplitter, MAX_LINE_LENGTH } from '../../executors/line-splitter.ts';

it('gives the same lines wherever the chunks end', () => {
  const text = fc
    .array(fc.constantFrom('a', 'ü', '😀', '\n', '\r\n', '€'), { maxLength: 40 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (input, sizes) => {
      const expected = input.split(/\r?\n/);
      if (expected.at(-1) === '') expected.pop();
      expect(split(Buffer.from(input), sizes)).toEqual(expected);
    }),
  );
});

it('cuts long lines between characters', () => {
  const line = `a${'😀'.repeat(MAX_LINE_LENGTH)}`;
  const pieces = split(Buffer.from(line), [4096]);
  expect(pieces.join('')).toBe(line);
  expect(pieces.every((piece) => piece.length <= MAX_LINE_LENGTH && !/\p{Surrogate}/u.test(piece))).toBe(
    true,
  );
});

function split(bytes: Buffer, sizes: readonly number[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    splitter.push(bytes.subarray(from, from + size));
    from += size;
  }
  splitter.end();
  return lines;
}
