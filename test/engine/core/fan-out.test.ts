import { describe, expect, it } from 'vitest';
import { allowedFailures, fanOutItems, MAX_ITEMS } from '../../../engine/core/fan-out.ts';
import type { Json } from '../../../engine/core/json.ts';
import { runScope } from '../../../engine/core/scope.ts';
import { aRun, START_MS } from '../../support/run-builder.ts';

const scope = runScope(aRun({ a: 'succeeded' }, { inputs: { list: [1, 2], many: [] } }), START_MS);

function matrix(axes: { [name: string]: Json }, more: { include?: Json; exclude?: Json } = {}) {
  const list = Object.entries(axes).map(([name, values]) => ({ name, values }));
  return fanOutItems({ kind: 'matrix', axes: list, include: [], exclude: [], ...more }, scope);
}

describe('a matrix', () => {
  it('is the product of its axes, the last varying fastest', () => {
    expect(matrix({ a: [1, 2], b: ['x', 'y'] })).toEqual({
      items: [
        { a: 1, b: 'x' },
        { a: 1, b: 'y' },
        { a: 2, b: 'x' },
        { a: 2, b: 'y' },
      ],
    });
  });

  it('takes axes from expressions', () => {
    expect(matrix({ a: '${{ inputs.list }}' })).toEqual({ items: [{ a: 1 }, { a: 2 }] });
    expect(matrix({ a: '${{ inputs.list }}', b: [] })).toEqual({ items: [] });
    expect(matrix({ a: '${{ 1 }}' })).toMatchObject({ error: { code: 'expression_error' } });
  });

  it('leaves out what agrees with an `exclude` on all that it names', () => {
    const exclude = [{ a: 1, b: 'y' }, { b: 'z' }, { c: 1 }];
    expect(matrix({ a: [1, 2], b: ['x', 'y', 'z'] }, { exclude })).toEqual({
      items: [
        { a: 1, b: 'x' },
        { a: 2, b: 'x' },
        { a: 2, b: 'y' },
      ],
    });
  });

  it('compares objects by what they hold', () => {
    expect(matrix({ a: [{ x: 1, y: 2 }, 3] }, { exclude: [{ a: { y: 2, x: 1 } }] })).toEqual({
      items: [{ a: 3 }],
    });
  });

  it('joins an `include` to what it does not contradict, as GitHub does', () => {
    const include = [
      { color: 'green' },
      { color: 'pink', animal: 'cat' },
      { fruit: 'apple', shape: 'circle' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ];
    expect(matrix({ fruit: ['apple', 'pear'], animal: ['cat', 'dog'] }, { include })).toEqual({
      items: [
        { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
        { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
        { fruit: 'pear', animal: 'cat', color: 'pink' },
        { fruit: 'pear', animal: 'dog', color: 'green' },
        { fruit: 'banana' },
        { fruit: 'banana', animal: 'cat' },
      ],
    });
  });

  it('may consist of its `include` alone', () => {
    const include = [{ site: 'a' }, { site: 'b', x: 1 }];
    expect(matrix({}, { include })).toEqual({ items: include });
    expect(matrix({ a: [1] }, { include, exclude: [{ a: 1 }] })).toEqual({ items: include });
  });

  it('may have axes of any name', () => {
    const reply = matrix(JSON.parse('{"__proto__": [1, 2], "constructor": [3]}'), {
      exclude: JSON.parse('[{"__proto__": 1}]'),
    });
    expect(JSON.stringify(reply)).toBe('{"items":[{"__proto__":2,"constructor":3}]}');
  });
});

describe('limits of a fan-out', () => {
  it('are said with the number of items', () => {
    const items = Array.from({ length: MAX_ITEMS + 1 }, () => 0);
    const tooMany = {
      error: { code: 'too_many_items', message: expect.stringContaining(String(MAX_ITEMS + 1)) },
    };
    expect(fanOutItems({ kind: 'foreach', items }, scope)).toMatchObject(tooMany);
    expect(fanOutItems({ kind: 'foreach', items: items.slice(1) }, scope)).toHaveProperty('items');
  });

  it('hold for a product before it is built', () => {
    const axis = Array.from({ length: 1_000 }, (_, i) => i);
    expect(matrix({ a: axis, b: axis, c: axis })).toMatchObject({ error: { code: 'too_many_items' } });
  });

  it('hold for many includes, which take time in proportion to their number', () => {
    const include = Array.from({ length: MAX_ITEMS }, (_, i) => ({ i }));
    const reply = matrix({}, { include });
    expect('items' in reply && reply.items.length).toBe(MAX_ITEMS);
  });
});

it.each([
  [{ count: 3 }, 100, 3],
  [{ percent: 10 }, 19, 1],
  [{ percent: 0 }, 19, 0],
  [{ percent: 100 }, 7, 7],
  [{ percent: 29 }, 100, 29],
])('%o of %d nodes allows %d failures', (budget, total, allowed) =>
  expect(allowedFailures(budget, total)).toBe(allowed),
);
