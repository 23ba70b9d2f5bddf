import { describe, expect, it } from 'vitest';
import {
  EvaluationError,
  evaluate,
  isTruthy,
  type Lookup,
  parseExpression,
  type Scope,
  type ScopeValue,
} from '../../../../engine/core/expression/index.ts';
import { aScope, errorOf, NOW, resultOf, thrownBy } from './a-scope.ts';

const DATA = {
  inputs: {
    name: 'Main',
    count: 3,
    nothing: null,
    empty: '',
    yes: true,
    list: ['a', 'b'],
    object: { a: 1, b: [1, 2] },
    rows: [{ n: 1, tags: ['x', 'y'] }, { m: 2 }, { n: null, tags: ['z'] }],
    'with space': 1,
  },
  item: { key: 'count' },
  index: 1,
};

describe('the language', () => {
  it.each([
    // literals
    ["'it''s ''it'''", "it's 'it'"],
    ['-1.5e2', -150],
    ['0x10', 16],
    ['null', null],
    ['true', true],
    ["'a\nb' == 'A\nB'", true],
    // operators, lazily and by value
    ['!inputs.name', false],
    ["inputs.empty || 'x'", 'x'],
    ['inputs.yes && inputs.count', 3],
    ['inputs.empty && inputs.absent', ''],
    ['inputs.yes || inputs.absent', true],
    ['1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3', true],
    ['true == false || 1 != 2', true],
    ['!(1 == 1) == false', true],
    // comparing ignores case and takes kinds for numbers
    ["inputs.name == 'MAIN'", true],
    ["'ı' == 'I'", false],
    ["'b' > 'A'", true],
    ["'1' == 1", true],
    ["'0x10' == 16", true],
    ["'' == 0", true],
    ["null == ''", true],
    ['null == 0', true],
    ['true == 1', true],
    ["'x' == 0", false],
    ["'x' < 1", false],
    ["'x' >= 1", false],
    ['null >= null', true],
    ['true > false', true],
    ['inputs.list == 0', false],
    // lists and objects by their contents
    ['inputs.list == fromJSON(\'["a","b"]\')', true],
    ['inputs.object == fromJSON(\'{"b":[1,2],"a":1}\')', true],
    ['inputs.object == inputs.list', false],
    ['inputs.list > inputs.list', false],
    // members
    ['inputs.list[1]', 'b'],
    ["inputs.list['1']", 'b'],
    ['inputs.list[index]', 'b'],
    ['inputs[item.key]', 3],
    ["inputs['with space']", 1],
    ['(inputs.object).b[0]', 1],
    ['fromJSON(\'{"a":{"b":7}}\').a.b', 7],
    ['INPUTS.Name', 'Main'],
    ['inputs.nothing', null],
    // filters leave out what is missing, keep what is null
    ['inputs.rows.*.n', [1, null]],
    ['inputs.rows[*].n', [1, null]],
    ['inputs.rows.*.tags.*', ['x', 'y', 'z']],
    ['inputs.rows.*.tags[0]', ['x', 'z']],
    ['(inputs.rows.*.tags)[1]', ['y']],
    ['inputs.object.*', [1, [1, 2]]],
    ['inputs.count.*', []],
    ['inputs.rows.*.none', []],
    ["join(inputs.rows.*.tags.*, '+')", 'x+y+z'],
  ])('%s', (source, expected) => {
    expect(resultOf(source, DATA)).toEqual(expected);
  });

  it('returns the very object of the scope, not a copy', () => {
    expect(resultOf('inputs.object', DATA)).toBe(DATA.inputs.object);
  });

  it.each([
    [null, false],
    [false, false],
    [0, false],
    ['', false],
    ['false', true],
    ['0', true],
    [-1, true],
    [[], true],
    [{}, true],
  ])('takes %j for %s', (value, expected) => {
    expect(isTruthy(value)).toBe(expected);
    expect(resultOf('!item', { item: value })).toBe(!expected);
  });
});

describe('missing values', () => {
  it.each([
    ['inputs.nope', '`inputs.nope` has no value: `inputs` has no member `nope`.'],
    ['inputs.nmae', 'Did you mean `name`?'],
    ['inputs.list[2]', '`inputs.list[2]` has no value: `inputs.list` is a list of 2 items'],
    ['inputs.list[-1]', '`inputs.list[-1]`'],
    ['inputs.list.length', '`inputs.list.length`'],
    ['inputs.nothing.x', '`inputs.nothing` is null, which has no members'],
    ['inputs.name.length', '`inputs.name` is text, which has no members'],
    ["inputs['no such'].x", "`inputs['no such']` has no value"],
    ['inputs[item.key].x', '`inputs.count.x` has no value'],
    ["inputs.object[format('{0}', 'q')]", '`inputs.object.q` has no value'],
    ['matrix.os', '`matrix` has no value here'],
    ["fromJSON('{}').x", '`fromJSON(…).x` has no value'],
    ["inputs.nope == ''", '`inputs.nope`'],
    ["contains(inputs.nope, 'x')", '`inputs.nope`'],
    ['inputs.nope.*', '`inputs.nope`'],
    ['inputs.nope || 1', 'default(inputs.nope, …)'],
  ])('%s is an error that names the path', (source, part) => {
    const error = errorOf(source, DATA);
    expect(error).toBeInstanceOf(EvaluationError);
    expect(error.code).toBe('unresolved_reference');
    expect(error.message).toContain(part);
  });

  it.each([
    ["default(inputs.nope, 'x')", 'x'],
    ["default(inputs.nothing, 'x')", 'x'],
    ["default(inputs.empty, 'x')", ''],
    ['default(inputs.count, inputs.nope)', 3],
    ["default(matrix.os, 'x')", 'x'],
    ["default(inputs.nope.deeper[0], 'x')", 'x'],
    ["default(inputs[inputs.nope], 'x')", 'x'],
    ["default(upper(inputs.nope), 'x')", 'x'],
    ['default(inputs.nope, default(inputs.neither, 1))', 1],
    ['DEFAULT(inputs.nope, null)', null],
  ])('%s falls back', (source, expected) => {
    expect(resultOf(source, DATA)).toEqual(expected);
  });

  it('default() hides no other mistake', () => {
    expect(errorOf("default(add('x', 1), 0)", DATA).code).toBe('expression_error');
    expect(errorOf('default(inputs.nope, inputs.neither)', DATA).message).toContain('`inputs.neither`');
  });
});

/** A level that fails the test when anything but `key` is read from it. */
function only(key: string, value: ScopeValue): Lookup {
  return {
    get: (asked) => {
      if (asked !== key) throw new Error(`${asked} was read`);
      return value;
    },
    keys: () => {
      throw new Error('the keys were read');
    },
  };
}

describe('a lazy scope', () => {
  it('is asked for nothing but what the expression touches', () => {
    const scope: Scope = { ...only('tasks', only('a', only('outputs', only('x', 5)))), now: NOW };
    expect(evaluate(parseExpression('tasks.a.outputs.x'), scope)).toBe(5);
    expect(evaluate(parseExpression('case(true, tasks.a.outputs.x, inputs.y)'), scope)).toBe(5);
    expect(evaluate(parseExpression('false && inputs.y'), scope)).toBe(false);
    expect(evaluate(parseExpression('default(tasks.a.outputs.x, inputs.y)'), scope)).toBe(5);
  });

  it('lets what a level throws pass unchanged, also through default() and filters', () => {
    const signal = { notLoaded: 'tasks.a' };
    const tasks: Lookup = {
      get: () => {
        throw signal;
      },
      keys: () => ['a'],
    };
    const scope: Scope = { get: () => tasks, keys: () => ['tasks'], now: NOW };
    for (const source of [
      'tasks.a',
      'default(tasks.a, 1)',
      'tasks.*.x',
      'toJSON(tasks)',
      'default(upper(tasks.a), 1)',
    ]) {
      expect(thrownBy(() => evaluate(parseExpression(source), scope))).toBe(signal);
    }
  });

  it('may explain by an error why a value is absent; default() and filters forgive it', () => {
    const failed = new EvaluationError('unresolved_reference', 'task b failed, so it has no outputs');
    const task = (name: string): Lookup => ({
      get: (key) => {
        if (key === 'status') return name === 'b' ? 'failed' : 'succeeded';
        if (name === 'b') throw failed;
        return { x: 1 };
      },
      keys: () => ['status', 'outputs'],
    });
    const tasks: Lookup = { get: (name) => task(name), keys: () => ['a', 'b'] };
    const scope: Scope = { get: () => tasks, keys: () => ['tasks'], now: NOW };
    const value = (source: string) => evaluate(parseExpression(source), scope);
    expect(thrownBy(() => value('tasks.b.outputs.x'))).toBe(failed);
    expect(value('default(tasks.b.outputs.x, 0)')).toBe(0);
    expect(value('tasks.*.outputs.x')).toEqual([1]);
    expect(value('tasks.*.status')).toEqual(['succeeded', 'failed']);
    expect(value('tasks')).toEqual({
      a: { status: 'succeeded', outputs: { x: 1 } },
      b: { status: 'failed' },
    });
    expect(value('keys(tasks)')).toEqual(['a', 'b']);
    expect(value('length(tasks.b)')).toBe(2);
  });

  it('finds a member of a level in another case, if there is only one', () => {
    const tasks = new Map([['Build', 1]]);
    const scope: Scope = { get: () => tasks, keys: () => ['tasks'], now: NOW };
    expect(evaluate(parseExpression('tasks.build'), scope)).toBe(1);
  });
});

describe('errors', () => {
  it('name the expression, and no value', () => {
    const error = errorOf("add(inputs.password, 1) == 'x'", { inputs: { password: 'hunter2' } });
    expect(error.code).toBe('expression_error');
    expect(error.message).toContain('add(): argument 1 must be a number, not text that is no number');
    expect(error.message).toContain("${{ add(inputs.password, 1) == 'x' }}");
    expect(error.message).not.toContain('hunter2');
  });

  it('do not quote the text that fromJSON() could not read', () => {
    expect(errorOf('fromJSON(item)', { item: '{"token": hunter2}' }).message).not.toContain('hunter2');
  });

  it('refuse values that JSON does not have', () => {
    const scope = aScope();
    for (const bad of [() => 1, Symbol('x'), 10n, Number.NaN, Number.POSITIVE_INFINITY]) {
      const withBad: Scope = { ...scope, get: () => bad as unknown as ScopeValue };
      expect(thrownBy(() => evaluate(parseExpression('item'), withBad))).toBeInstanceOf(EvaluationError);
      expect(thrownBy(() => evaluate(parseExpression('toJSON(item)'), withBad))).toBeInstanceOf(
        EvaluationError,
      );
    }
  });
});
