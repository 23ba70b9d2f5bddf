import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differing } from '../../web/runs/log/difference.ts';

type Stream = 'stdout' | 'stderr';

function log(...texts: readonly string[]) {
  return texts.map((text) => ({ stream: 'stdout' as Stream, text }));
}

const found = (mine: ReturnType<typeof log>, other: ReturnType<typeof log>) => [...differing(mine, other)];

describe('lines that differ between two attempts', () => {
  it('are those which the other has not written, or not as often', () => {
    const first = log('connect', 'refused', 'refused', 'give up');
    const second = log('connect', 'refused', 'done');
    expect(found(first, second)).toEqual([2, 3]);
    expect(found(second, first)).toEqual([2]);
  });

  it('are not those which came at another time, in another colour or took longer', () => {
    const first = log(
      '2026-03-04T05:06:07.123Z start',
      '[05:06:08] \u001b[32mready\u001b[0m',
      'loaded 7 rows in 1.25 s',
      'end\r',
    );
    const second = log('2027-01-01 00:00:00,5 start', '[23:59:59] ready', 'loaded 7 rows in 981ms', 'end');
    expect(found(first, second)).toEqual([]);
    expect(found(log('loaded 7 rows'), log('loaded 8 rows'))).toEqual([0]);
  });

  it('are told by their stream as well', () => {
    expect(found([{ stream: 'stderr', text: 'a' }], log('a'))).toEqual([0]);
  });

  it('are none in a log beside itself, in whatever order, and as many more as one is longer', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd 1s'), { maxLength: 30 });
    fc.assert(
      fc.property(texts, texts, (mine, other) => {
        expect(found(log(...mine), log(...[...mine].reverse()))).toEqual([]);
        const more = found(log(...mine), log(...other)).length - found(log(...other), log(...mine)).length;
        expect(more).toBe(mine.length - other.length);
      }),
    );
  });
});
