import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedRunId, isRunId, newRunId, shardOf } from '../../../engine/core/run-id.ts';

const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const time = fc.nat(2 ** 48 - 1);

describe('a run id', () => {
  it('has the shape of a ULID', () => {
    fc.assert(
      fc.property(time, random, (now, bytes) => {
        expect(isRunId(newRunId(now, bytes))).toBe(true);
      }),
    );
    expect(newRunId(1_469_918_176_385, new Uint8Array(10))).toBe('01ARYZ6S410000000000000000');
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(time, time, random, random, (a, b, x, y) => {
        fc.pre(a < b);
        expect(newRunId(a, x) < newRunId(b, y)).toBe(true);
      }),
    );
  });

  it('carries all its randomness', () => {
    fc.assert(
      fc.property(random, random, (x, y) => {
        expect(newRunId(0, x) === newRunId(0, y)).toBe(Buffer.from(x).equals(Buffer.from(y)));
      }),
    );
  });

  it('of a keyed start depends on all parts and on their borders', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(isRunId(derivedRunId(...parts))).toBe(true);
      }),
    );
    expect(derivedRunId('a', 'b')).toBe(derivedRunId('a', 'b'));
    expect(
      new Set([
        derivedRunId('a', 'b'),
        derivedRunId('ab'),
        derivedRunId('a', 'b', ''),
        derivedRunId('b', 'a'),
      ]).size,
    ).toBe(4);
  });

  it.each([
    '',
    '01ARYZ6S41000000000000000',
    '81ARYZ6S410000000000000000',
    '01aryz6s410000000000000000',
    '01ARYZ6S41000000000000000U',
    '01ARYZ6S41000000000000000\n',
  ])('is not %o', (text) => expect(isRunId(text)).toBe(false));
});

describe('shards', () => {
  it.each([
    [
      'random ids',
      (i: number) =>
        newRunId(
          1_700_000_000_000 + i,
          Uint8Array.from({ length: 10 }, (_, at) => (i * 31 + at * i) % 256),
        ),
    ],
    ['derived ids', (i: number) => derivedRunId('schedule', String(i))],
  ])('get equal shares of %s', (_name, idOf) => {
    const shares = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) shares[shardOf(idOf(i), 16)] = (shares[shardOf(idOf(i), 16)] ?? 0) + 1;
    expect(Math.min(...shares)).toBeGreaterThan(800);
    expect(Math.max(...shares)).toBeLessThan(1_200);
  });
});
