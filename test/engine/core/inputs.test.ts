import { describe, expect, it } from 'vitest';
import { checkValue, checkValues, parseInputText, resolveInputs } from '../../../engine/core/inputs.ts';
import type { Json } from '../../../engine/core/json.ts';
import type { ValueSpec } from '../../../engine/core/plan.ts';

const specs: { readonly [name: string]: ValueSpec } = {
  year: { type: 'integer', default: 2014, minimum: 2012, maximum: 2015 },
  city: { type: 'string', required: true, pattern: '^[A-Z]' },
  note: { type: 'string' },
};

describe('the inputs of a run', () => {
  it('are what was given, else the default, else null', () => {
    expect(resolveInputs(specs, { city: 'Seattle' })).toEqual({
      inputs: { year: 2014, city: 'Seattle', note: null },
    });
    expect(resolveInputs(specs, { city: 'Seattle', year: 2013, note: 'x' })).toEqual({
      inputs: { year: 2013, city: 'Seattle', note: 'x' },
    });
  });

  it('have all their problems told at once', () => {
    const reply = resolveInputs(specs, { year: 1999, citty: 'x' });
    expect(reply).toEqual({
      problems: [
        { path: 'citty', message: 'is no input of this workflow; it has year, city, note' },
        { path: 'year', message: 'must be at least 2012, but is 1999' },
        { path: 'city', message: 'is required, but has no value' },
      ],
    });
  });

  it('may be called as JavaScript calls its own things', () => {
    const odd = Object.fromEntries([['constructor', { type: 'string' } satisfies ValueSpec]]);
    expect(resolveInputs(odd, {})).toEqual({ inputs: { constructor: null } });
    expect(resolveInputs({}, { constructor: 'x' })).toHaveProperty('problems');
  });
});

describe('each type', () => {
  const rows: [ValueSpec, Json[], Json[]][] = [
    [{ type: 'string' }, ['', 'x'], [1, true, []]],
    [{ type: 'integer' }, [0, -3], [1.5, '1', 2 ** 60]],
    [{ type: 'number' }, [0, 1.5], ['1', true]],
    [{ type: 'boolean' }, [true, false], ['true', 0]],
    [{ type: 'enum', enum: ['a', 2] }, ['a', 2], ['b', '2']],
    [{ type: 'date' }, ['2014-02-28', '2016-02-29'], ['2014-02-29', '2014-2-1', '2014-02-28T00:00:00Z']],
    [
      { type: 'datetime' },
      ['2014-03-01T06:00:00Z', '2014-03-01T06:00:00.5+02:00'],
      ['2014-03-01', '2014-03-01T25:00:00Z', '2014-02-30T06:00:00Z'],
    ],
    [{ type: 'duration' }, ['30s', 'PT1H'], ['30', 30]],
    [{ type: 'array', items: { type: 'integer' } }, [[], [1, 2]], [['x'], {}, 'x']],
    [
      { type: 'object', properties: { a: { type: 'integer', required: true } } },
      [{ a: 1 }, { a: 1, b: 2 }],
      [{}, { a: 'x' }, []],
    ],
    [{ type: 'string', enum: ['x', 'y'] }, ['x'], ['z']],
  ];
  for (const [spec, good, bad] of rows) {
    it(`${JSON.stringify(spec)} takes what fits and nothing else`, () => {
      for (const value of good) expect(checkValue(spec, value, 'v'), JSON.stringify(value)).toEqual([]);
      for (const value of bad) expect(checkValue(spec, value, 'v'), JSON.stringify(value)).not.toEqual([]);
    });
  }

  it('names the place within lists and objects', () => {
    const spec: ValueSpec = {
      type: 'array',
      items: { type: 'object', properties: { n: { type: 'integer' } } },
    };
    expect(checkValue(spec, [{ n: 1 }, { n: 'x' }], 'rows')).toEqual([
      { path: 'rows[1].n', message: 'must be a whole number, but is "x"' },
    ]);
  });
});

describe('declared outputs', () => {
  it('must be written and fit; others pass', () => {
    const declared: { readonly [name: string]: ValueSpec } = {
      rows: { type: 'integer' },
      note: { type: 'string', required: false },
    };
    expect(checkValues(declared, { rows: 3, extra: 'x' })).toEqual({
      values: { rows: 3, extra: 'x', note: null },
    });
    expect(checkValues(declared, { rows: '3' })).toEqual({
      problems: [{ path: 'rows', message: 'must be a whole number, but is "3"' }],
    });
    expect(checkValues(declared, {})).toEqual({
      problems: [{ path: 'rows', message: 'is declared, but was not written' }],
    });
  });
});

describe('text from a command line', () => {
  it('is converted by the declared type', () => {
    expect(parseInputText({ type: 'integer' }, '2014')).toEqual({ value: 2014 });
    expect(parseInputText({ type: 'number' }, '-1.5e3')).toEqual({ value: -1500 });
    expect(parseInputText({ type: 'boolean' }, 'true')).toEqual({ value: true });
    expect(parseInputText({ type: 'string' }, '2014')).toEqual({ value: '2014' });
    expect(parseInputText({ type: 'enum', enum: ['a', 2] }, '2')).toEqual({ value: 2 });
    expect(parseInputText({ type: 'array' }, '[1, "x"]')).toEqual({ value: [1, 'x'] });
    expect(parseInputText({ type: 'duration' }, '30s')).toEqual({ value: '30s' });
  });

  it('that does not fit says what is expected', () => {
    expect(parseInputText({ type: 'integer' }, '1.5')).toEqual({
      problem: 'must be a whole number, but is "1.5"',
    });
    expect(parseInputText({ type: 'integer' }, '')).toHaveProperty('problem');
    expect(parseInputText({ type: 'boolean' }, 'yes')).toEqual({
      problem: 'must be true or false, but is "yes"',
    });
    expect(parseInputText({ type: 'object' }, '{a: 1}')).toHaveProperty('problem');
  });
});

describe('a pattern that takes exponential time', () => {
  it('is given up with a sentence, at once', () => {
    const specs = { s: { type: 'string', pattern: '^(a+)+$' } } as const;
    const began = performance.now();
    const reply = resolveInputs(specs, { s: `${'a'.repeat(51)}!` });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(reply).toMatchObject({ problems: [{ message: expect.stringContaining('simplify the pattern') }] });
    expect(resolveInputs(specs, { s: 'aaa' })).toEqual({ inputs: { s: 'aaa' } });
  });
});
