/** What an attacker would write: each is inert, or refused with one of our two errors. */
import { afterAll, describe, expect, it } from 'vitest';
import { BoundedCache } from '../../../../engine/core/expression/bounded-cache.ts';
import {
  EvaluationError,
  ExpressionSyntaxError,
  evaluate,
  parseExpression,
  resolveTemplate,
} from '../../../../engine/core/expression/index.ts';
import type { Json } from '../../../../engine/core/json.ts';
import { aScope, errorOf, resultOf, thrownBy } from './a-scope.ts';

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype).sort().join();
afterAll(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort().join()).toBe(PROTOTYPE);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

const DATA = { inputs: { text: 'abc', list: [1], object: {}, fn: 'x' }, item: 'x'.repeat(500_000) };

describe('prototypes', () => {
  it.each([
    'inputs.constructor',
    'inputs.__proto__',
    'inputs.toString',
    'inputs.object.hasOwnProperty',
    'inputs.list.map',
    'inputs.list.constructor',
    'inputs.text.constructor',
    "inputs['con']['structor']",
    "inputs[format('{0}{1}', 'con', 'structor')]",
    'inputs[join(fromJSON(\'["__pro","to__"]\'), \'\')].polluted',
    "fromJSON('{}').constructor",
    'fromJSON(\'{"__proto__":{"polluted":1}}\').polluted',
  ])('%s is not there', (source) => {
    expect(errorOf(source, DATA).code).toBe('unresolved_reference');
  });

  it.each([
    "constructor.constructor('return process')()",
    "inputs.constructor('return process')()",
    '__proto__',
    'process.exit(1)',
    'globalThis',
    'this.x',
    'inputs?.text',
    '...inputs.list',
    'inputs.text`x`',
    '`${1}`',
    "'a'.repeat(2)",
    'hasOwnProperty(1)',
    '__proto__()',
    'valueOf()',
    '10n',
    'x => x',
    '/(a+)+$/',
    'inputs.text = 1',
  ])('%s cannot be written', (source) => {
    expect(thrownBy(() => parseExpression(source))).toBeInstanceOf(ExpressionSyntaxError);
  });

  it('treats such names as data where they are data', () => {
    const item: Json = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3, "get": 4, "keys": 5}');
    expect(resultOf('item.__proto__', { item })).toBe(1);
    expect(resultOf('item.constructor', { item })).toBe(2);
    expect(resultOf("format('{0}', item.toString)", { item })).toBe('3');
    expect(resultOf('item.get', { item })).toBe(4);
    expect(resultOf('keys(item)', { item })).toEqual(['__proto__', 'constructor', 'toString', 'get', 'keys']);
    expect(resultOf('values(item)', { item })).toEqual([1, 2, 3, 4, 5]);
    expect(resultOf('item.*', { item })).toEqual([1, 2, 3, 4, 5]);
    expect(resultOf('fromJSON(toJSON(item)) == item', { item })).toBe(true);
    expect(resultOf('item.__PROTO__', { item })).toBe(1);
  });

  it('keeps such names when a lazy level becomes plain JSON', () => {
    const level = new Map<string, Json>([
      ['__proto__', { polluted: true }],
      ['constructor', 2],
    ]);
    const value = evaluate(parseExpression('item'), { ...aScope(), get: () => level });
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"constructor":2}');
    expect((value as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads names that differ only by case, and guesses neither', () => {
    const item = { Key: 1, key: 2 };
    expect(resultOf('item.Key', { item })).toBe(1);
    expect(resultOf('item.key', { item })).toBe(2);
    expect(errorOf('item.KEY', { item }).code).toBe('unresolved_reference');
  });

  it('does not call methods that data seems to have', () => {
    const item: Json = JSON.parse('{"toString": "x", "valueOf": "y", "toJSON": "z", "length": 1e9}');
    expect(resultOf("format('{0}', item)", { item })).toBe(
      '{"toString":"x","valueOf":"y","toJSON":"z","length":1000000000}',
    );
    expect(resultOf('item == 1', { item })).toBe(false);
    expect(resultOf('length(item)', { item })).toBe(4);
  });
});

describe('size', () => {
  it.each([
    ['parentheses', `${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['unclosed parentheses', '('.repeat(10_000)],
    ['negations', `${'!'.repeat(10_000)}1`],
    ['calls', `${'lower('.repeat(3_000)}1${')'.repeat(3_000)}`],
    ['comparisons', `1${'==1'.repeat(6_000)}`],
    ['members', `inputs${'.a'.repeat(10_000)}`],
    ['indexes', `${'inputs['.repeat(2_000)}1${']'.repeat(2_000)}`],
    ['100 KB', `'${'x'.repeat(100_000)}'`],
  ])('too much syntax is a syntax error: %s', (_name, source) => {
    expect(thrownBy(() => parseExpression(source))).toBeInstanceOf(ExpressionSyntaxError);
  });

  it('takes long operands of && and many arguments', () => {
    expect(resultOf(`true${' && true'.repeat(2_000)}`)).toBe(true);
    expect(resultOf(`sum(${Array(255).fill('1').join()})`)).toBe(255);
  });

  it.each([
    ['format', "format('{0}{0}{0}', item)"],
    ['format, doubling', `${"format('{0}{0}', ".repeat(30)}'xxxxxxxxxx'${')'.repeat(30)}`],
    ['join', 'join(split(item, inputs.empty), item)'],
    ['replace', "replace(item, 'x', item)"],
    ['upper', `upper(replace(item, 'x', 'ﬃﬃ'))`],
    ['toJSON', "toJSON(split(replace(item, 'x', ',y'), ','))"],
    ['split', "split(item, '')"],
    ['range', 'range(1000000)'],
    ['range, tiny step', 'range(0, 1, 1e-300)'],
    ['range, huge', 'range(-1e308, 1e308)'],
    ['flatten', 'flatten(inputs.wide)'],
    ['filter', 'inputs.wide.*.*'],
    ['fromJSON', 'fromJSON(inputs.longList)'],
  ])('%s that builds too much is refused', (_name, source) => {
    const wide = Array(20).fill(Array(10_000).fill(1)) as Json;
    const longList = `[${Array(100_001).fill(1).join()}]`;
    const error = errorOf(source, { ...DATA, inputs: { ...DATA.inputs, empty: '', wide, longList } });
    expect(error).toBeInstanceOf(EvaluationError);
    expect(error.code).toBe('expression_error');
  });

  it('refuses text of more than a million characters in a template', () => {
    const scope = aScope({ item: 'x'.repeat(400_000) });
    expect(thrownBy(() => resolveTemplate('${{ item }}${{ item }}${{ item }}', scope))).toBeInstanceOf(
      EvaluationError,
    );
  });

  it('reads a list of 100,000 items from JSON', () => {
    expect(resultOf('length(fromJSON(item))', { item: `[${Array(100_000).fill(1).join()}]` })).toBe(100_000);
  });

  it.each([
    'fromJSON(item)',
    'toJSON(inputs.deep)',
    'inputs.deep == inputs.deeper',
    "format('{0}', inputs.deep)",
  ])('%s of deep data is an error, not an overflow', (source) => {
    const nest = (levels: number): Json => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    const contexts = {
      item: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      inputs: { deep: nest(20_000), deeper: nest(20_001) },
    };
    expect(errorOf(source, contexts).message).toContain('levels deep');
  });

  it('a deep template is an error, not an overflow', () => {
    const template: Json = JSON.parse(`${'['.repeat(20_000)}"x"${']'.repeat(20_000)}`);
    expect(thrownBy(() => resolveTemplate(template, aScope()))).toBeInstanceOf(EvaluationError);
  });

  it('stops work that would take too long', () => {
    const search = "contains(item, 'y') || ";
    const source = `${search.repeat(900)}false`;
    expect(errorOf(source, { item: 'x'.repeat(1_000_000) }).message).toContain('takes too long');
  });

  it('ends quickly where a backtracking search would not', () => {
    expect(resultOf("contains(item, '(a+)+$')", { item: 'a'.repeat(50) })).toBe(false);
    expect(errorOf('date_format(now(), item)', { item: '['.repeat(500_000) }).code).toBe('expression_error');
    expect(errorOf('add(item, 1)', { item: '1'.repeat(500_000) }).code).toBe('expression_error');
  });
});

describe('the cache', () => {
  it('forgets the oldest, by number and by weight', () => {
    const cache = new BoundedCache<number>(2, 10);
    cache.set('a', 1, 1);
    cache.set('b', 2, 1);
    cache.set('c', 3, 1);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 3]);
    cache.set('d', 4, 10);
    expect([cache.size, cache.get('d')]).toEqual([1, 4]);
    cache.set('e', 5, 11);
    expect(cache.get('e')).toBeUndefined();
  });
});

describe('arguments', () => {
  it('are evaluated once, however often a function uses them', () => {
    let reads = 0;
    const scope = { ...aScope(), get: () => ++reads };
    expect(evaluate(parseExpression("format('{0}{0}{0}', item)"), scope)).toBe('111');
  });
});
