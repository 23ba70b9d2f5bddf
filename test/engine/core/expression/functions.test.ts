import { describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../../../../engine/core/expression/index.ts';
import { errorOf, resultOf } from './a-scope.ts';

const DATA = {
  item: {
    list: [3, 1, null, 2],
    names: ['b', 'A'],
    object: { x: 1, y: { z: 2 } },
    text: 'a😀b',
    nothing: null,
    nested: [1, [2, [3]]],
  },
};

/** Expression, value. Every function has at least one row. */
const VALUES: readonly (readonly [string, unknown])[] = [
  ["contains('Hello', 'ELL')", true],
  ["contains('a12', 12)", true],
  ["contains(item.names, 'a')", true],
  ['contains(item.list, 4)', false],
  ["contains(item.names, 'c')", false],
  ['contains(fromJSON(\'[{"a":1}]\'), fromJSON(\'{"a":1}\'))', true],
  ["contains(item.object, 'x')", false],
  ["startsWith('Hello', 'hE')", true],
  ["startsWith('Hello', 'x')", false],
  ['startsWith(item.list, 3)', false],
  ["endsWith('Hello', 'LO')", true],
  ['endsWith(123, 23)', true],
  ["format('{0} {1} {0} {{0}}', 'a', true)", 'a true a {0}'],
  ["format('{0}', item.object)", '{"x":1,"y":{"z":2}}'],
  ["format('[{0}]', null)", '[]'],
  ["format('{0}', 0.1)", '0.1'],
  ["format('{0}', add(0.1, 0.2))", '0.3'],
  ["format('{0}', 9007199254740991)", '9007199254740991'],
  ["format('{0}', 0.00000000000000000001)", '1e-20'],
  ['join(item.names)', 'b,A'],
  ["join(item.list, ' ')", '3 1  2'],
  ["join('one', '-')", 'one'],
  ["join(fromJSON('[[1],{\"a\":2}]'), ';')", '[1];{"a":2}'],
  ["split('a,b,,c', ',')", ['a', 'b', '', 'c']],
  ["split('', ',')", ['']],
  ["split(item.text, '')", ['a', '😀', 'b']],
  ["replace('a.b.c', '.', '$&')", 'a$&b$&c'],
  ["replace('aaa', 'aa', 'b')", 'ba'],
  ["lower('ÄB')", 'äb'],
  ["upper('äb')", 'ÄB'],
  ["trim('  a b\n')", 'a b'],
  ['length(item.text)', 3],
  ['length(item.list)', 4],
  ['length(item.object)', 2],
  ['slice(item.list, 1, 3)', [1, null]],
  ['slice(item.list, -1)', [2]],
  ['slice(item.text, 1, 2)', '😀'],
  ["slice('abc', 5)", ''],
  ['keys(item.object)', ['x', 'y']],
  ['values(item.object)', [1, { z: 2 }]],
  ['flatten(item.nested)', [1, 2, [3]]],
  ['range(3)', [0, 1, 2]],
  ['range(2, 5)', [2, 3, 4]],
  ['range(5, 2)', []],
  ['range(5, 2, -2)', [5, 3]],
  ['range(0, 1.1, 0.1)', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
  ['equals(item.nested, fromJSON(toJSON(item.nested)))', true],
  ["equals('a', 'A')", false],
  ["equals(1, '1')", false],
  ['equals(fromJSON(\'{"a":1,"b":2}\'), fromJSON(\'{"b":2,"a":1}\'))', true],
  ['equals(fromJSON(\'{"a":1}\'), fromJSON(\'{"a":1,"b":2}\'))', false],
  ["equals(fromJSON('[1]'), fromJSON('{\"0\":1}'))", false],
  ['add(1, 2)', 3],
  ["add('41', ' 1 ')", 42],
  ['sub(1, 2)', -1],
  ['mul(2, 3)', 6],
  ['div(7, 2)', 3.5],
  ['mod(-7, 3)', -1],
  ['round(2.5)', 3],
  ['round(-2.5)', -3],
  ['round(1.005, 2)', 1.01],
  ['round(1e-9, 2)', 0],
  ['sum(item.list)', 6],
  ['sum(1, 2, 3)', 6],
  ["sum(fromJSON('[]'))", 0],
  ['min(item.list)', 1],
  ['max(item.list)', 3],
  ["max(1, '10', 2)", 10],
  ['min(5)', 5],
  ['toJSON(item.nested)', '[\n  1,\n  [\n    2,\n    [\n      3\n    ]\n  ]\n]'],
  ['toJSON(null)', 'null'],
  ['fromJSON(\' {"a": [1, null, true]} \')', { a: [1, null, true] }],
  ["fromJSON('1e3')", 1000],
  ['case(false, 1, true, 2, 3)', 2],
  ['case(false, 1, 3)', 3],
  ['case(true, 1, item.absent)', 1],
  ["default(item.absent, 'x')", 'x'],
  ['now()', '2026-01-31T09:30:00.000Z'],
  ["date_add(now(), '1h30m')", '2026-01-31T11:00:00.000Z'],
  ["date_add('2026-01-31', '1d')", '2026-02-01'],
  ["date_add('2024-02-28', '1d')", '2024-02-29'],
  ["date_add('2026-01-31', '1h')", '2026-01-31T01:00:00.000Z'],
  ["date_add('2026-01-31T00:30:00+02:00', '-PT30M')", '2026-01-30T22:00:00.000Z'],
  ["date_format(now(), 'YYYY-MM-DD HH:mm:ss.SSS')", '2026-01-31 09:30:00.000'],
  ["date_format(now(), 'ddd dddd D MMM MMMM M YY H')", 'Sat Saturday 31 Jan January 1 26 9'],
  ["date_format(now(), 'YYYY-MM-DDTHH:mmZ', 'America/New_York')", '2026-01-31T04:30-05:00'],
  ["date_format('2026-07-01T12:00:00Z', 'HH:mm', 'Europe/Berlin')", '14:00'],
  ["date_format('2026-12-31T23:00:00Z', 'YYYY [week] DD', 'Asia/Kolkata')", '2027 week 01'],
];

describe('functions', () => {
  it.each(VALUES)('%s', (source, expected) => {
    expect(resultOf(source, DATA)).toEqual(expected);
  });

  it('are all covered by the table above, and each says how it is written', () => {
    const untried = [...FUNCTIONS.keys()].filter(
      (name) => !VALUES.some(([source]) => source.includes(`${name}(`)),
    );
    expect(untried).toEqual([]);
    for (const [name, { summary }] of FUNCTIONS) expect(summary).toMatch(new RegExp(`^${name}\\(`));
  });

  it('are the standard ones and those of the language reference', () => {
    const standard = 'contains startsWith endsWith format join toJSON fromJSON case';
    const own =
      'length default split replace lower upper trim slice keys values flatten range sum min max add sub mul div mod round equals now date_add date_format';
    expect([...FUNCTIONS.keys()].sort()).toEqual(`${standard} ${own}`.split(' ').sort());
  });

  it.each([
    ['div(1, 0)', 'div(): division by zero'],
    ['mod(1, 0)', 'division by zero'],
    ['mul(1e308, 10)', 'not a finite number'],
    ["add('1e999', 0)", 'not a finite number'],
    ['add(true, 1)', 'argument 1 must be a number, not a boolean'],
    ['add(1, null)', 'argument 2 must be a number, not null'],
    ["add('', 1)", 'argument 1'],
    ["add('0x10', 1)", 'argument 1'],
    ['sum(1, null)', 'argument 2'],
    ['sum(item.names)', 'item 0 of the list'],
    ["min(fromJSON('[null]'))", 'the list has no numbers'],
    ['round(1, 0.5)', 'argument 2 must be a whole number'],
    ['round(1, 99)', 'must be 0 to 15'],
    ['range(1, 2, 0)', 'the step is 0'],
    ['lower(item.nothing)', 'argument 1 must be text, not null'],
    ['lower(item.list)', 'argument 1 must be text, not a list'],
    ["split(item.object, ',')", 'argument 1 must be text, not an object'],
    ["replace('a', '', 'b')", 'is empty'],
    ['length(5)', 'must be text, a list or an object, not a number'],
    ['slice(5, 1)', 'must be a list or text'],
    ['keys(item.list)', 'must be an object, not a list'],
    ["values('a')", 'must be an object, not text'],
    ["flatten('a')", 'must be a list, not text'],
    ['join(item.object)', 'must be a list, not an object'],
    ["format('{1}', 1)", 'asks for {1}'],
    ["format('{', 1)", 'a single {'],
    ["format('a } b')", 'a single }'],
    ["format('{x}', 1)", 'a single {'],
    ["fromJSON('')", 'the text is empty'],
    ["fromJSON('{')", 'the text is not JSON'],
    ["fromJSON('1e999')", 'not a finite number'],
    ["case('true', 1, 2)", 'argument 1 must be a boolean, not text'],
    ["date_add('2026-02-30', '1d')", 'argument 1 must be a date'],
    ["date_add('2026-01-01T10:00:00', '1d')", 'with its offset'],
    ["date_add('2026-01-01T10:00:00+99:99', '1d')", 'argument 1 must be a date'],
    ["date_add('tomorrow', '1d')", 'argument 1 must be a date'],
    ["date_add(now(), '5')", 'must be a duration'],
    ["date_add('9999-12-31', '1d')", 'outside the years'],
    ["date_format(now(), 'yyyy')", 'no `yyyy`'],
    ["date_format(now(), 'HH', 'Mars/Olympus')", 'not the name of a time zone'],
  ])('%s is refused', (source, part) => {
    const error = errorOf(source, DATA);
    expect(error.code).toBe('expression_error');
    expect(error.message).toContain(part);
  });

  it('answers the same now() for the same scope, whatever the clock says', () => {
    expect(resultOf('equals(now(), now())')).toBe(true);
  });
});
