import { describe, expect, it } from 'vitest';
import { ExpressionSyntaxError, parseExpression } from '../../../../engine/core/expression/index.ts';
import { thrownBy } from './a-scope.ts';

function syntaxErrorOf(source: string): ExpressionSyntaxError {
  const thrown = thrownBy(() => parseExpression(source));
  expect(thrown).toBeInstanceOf(ExpressionSyntaxError);
  return thrown as ExpressionSyntaxError;
}

describe('syntax errors', () => {
  /** Source, the part that is underlined (from its first occurrence), and words of the hint. */
  it.each([
    ['inputs.a + 1', '+', 'add(a, b)'],
    ['inputs.a - 1', '-', 'sub(a, b)'],
    ['inputs.a * 2', '*', 'mul(a, b)'],
    ['inputs.a / 2', '/', 'div(a, b)'],
    ['inputs.a % 2', '%', 'mod(a, b)'],
    ['inputs.a = 1', '=', 'Compare with =='],
    ['inputs.a & 1', '&', '&&'],
    ['inputs.a | 1', '|', '||'],
    ['inputs.a and inputs.b', 'and', '&&'],
    ['not inputs.a', 'not', '! for "not"'],
    ['inputs.a ? 1 : 2', '?', 'case('],
    ['inputs.a ?? 1', '??', 'default(a, b)'],
    ['inputs.a == "x"', '"x"', 'single quotes'],
    ["inputs.a == 'x", "'x", 'not closed'],
    ['${{ inputs.a }}', '${{', 'Leave out'],
    ["'\n\n' == inptus.a", 'inptus', 'Did you mean inputs?'],
    ['main == inputs.a', 'main', "Text stands in single quotes: 'main'"],
    ['needs.a.outputs.x', 'needs', 'tasks.<id>.outputs'],
    ['steps.a.outputs.x', 'steps', 'tasks.<id>.outputs'],
    ['github.ref', 'github', 'run.'],
    ["lenght('x')", 'lenght', 'Did you mean length()?'],
    ["tojsn('x')", 'tojsn', 'Did you mean toJSON()?'],
    ["constructor('x')", 'constructor', 'Functions are'],
    ['add(1)', 'add', 'add(a, b)'],
    ['now(1)', 'now', 'now()'],
    ['case(true, 1, 2, 3)', 'case', 'case(condition'],
    ['success()', 'success', 'all_success'],
    ['Failure()', 'Failure', 'one_failed'],
    ['failure()', 'failure', 'when: failure'],
    ['always()', 'always', 'all_done'],
    ['cancelled()', 'cancelled', 'all_done'],
    ["hashFiles('x')", 'hashFiles', 'cache: { key, files }'],
    ['inputs.1st', '1st', 'brackets'],
    ['[1, 2]', '[', 'fromJSON'],
    ['{}', '{}', 'fromJSON'],
  ])('%s', (source, underlined, hint) => {
    const error = syntaxErrorOf(source);
    expect([error.offset, error.length]).toEqual([source.indexOf(underlined), underlined.length]);
    expect(error.hint).toContain(hint);
  });

  it.each(['1e999', 'NaN', 'Infinity', '-Infinity', '9007199254740993'])('%s is no value', (source) => {
    const error = syntaxErrorOf(`inputs.a == ${source}`);
    expect([error.offset, error.length]).toEqual([12, source.length]);
  });

  it.each([
    ['inputs.a == ', 11],
    ['(1', 2],
    ["format('x'", 10],
    ['inputs.', 7],
    ['!', 1],
  ])('%j ends too early', (source, offset) => {
    const error = syntaxErrorOf(source);
    expect(error.message).toContain('ends too early');
    expect(error.offset).toBe(offset);
  });

  it.each(['', '   ', '\n'])('%j is empty', (source) => {
    expect(syntaxErrorOf(source).message).toContain('empty');
  });

  it.each([
    'inputs..a',
    'inputs.a)',
    'inputs[',
    'inputs[]',
    '1 2',
    ',',
    'inputs.a b',
    '()',
    'inputs\u00a0.a',
    '\0',
    '==',
  ])('%j is refused', (source) => {
    const error = syntaxErrorOf(source);
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset + error.length).toBeLessThanOrEqual(source.length);
  });
});

function pathsOf(source: string): string[] {
  return parseExpression(source).references.map(({ path }) => path.join('/'));
}

describe('references', () => {
  it.each([
    ['tasks.a.outputs.x', ['tasks/a/outputs/x']],
    ["Tasks['my task'].outputs[0].*", ['tasks/my task/outputs/0/*']],
    ['tasks[inputs.which].status', ['tasks/*/status', 'inputs/which']],
    ['(tasks.a).outputs', ['tasks/a/outputs']],
    ["!tasks.a.x && (tasks.b.y == 'tasks.c')", ['tasks/a/x', 'tasks/b/y']],
    ["format('{0}', item)", ['item']],
    ['fromJSON(tasks.a.outputs.json).b.c', ['tasks/a/outputs/json']],
    ['inputs.true', ['inputs/true']],
    ["'inputs.x'", []],
    ["inputs['it''s ''so''']", ["inputs/it's 'so'"]],
  ])('of %s', (source, paths) => {
    expect(pathsOf(source)).toEqual(paths);
  });

  it('know where they stand, also after a line break within a text', () => {
    const source = "'a\n''b' == tasks.a[ inputs.x ].y\n && default( inputs.z , item )";
    const found = parseExpression(source).references;
    expect(found.map(({ offset, length }) => source.slice(offset, offset + length))).toEqual([
      'tasks.a[ inputs.x ].y',
      'inputs.x',
      'inputs.z',
      'item',
    ]);
  });

  it('may be absent in the first argument of default() only', () => {
    const found = parseExpression('default(upper(tasks.a.x), tasks.b.x) == tasks.c.x').references;
    expect(found.map(({ path, mayBeAbsent }) => [path[1], mayBeAbsent])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
  });
});

describe('parsing again', () => {
  it('gives the same object for the same text', () => {
    expect(parseExpression('inputs.a')).toBe(parseExpression('inputs.a'));
  });
});
