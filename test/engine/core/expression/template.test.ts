import { describe, expect, it } from 'vitest';
import {
  bareExpression,
  EvaluationError,
  ExpressionSyntaxError,
  resolveTemplate,
  splitText,
  templateReferences,
} from '../../../../engine/core/expression/index.ts';
import type { Template } from '../../../../engine/core/json.ts';
import { aScope, thrownBy } from './a-scope.ts';

const SCOPE = aScope({
  inputs: { name: 'x', count: 3, list: [1, 'a'], nothing: null, yes: true, object: { a: null } },
});

describe('splitText', () => {
  it.each([
    ['', [{ text: '' }]],
    ['plain }} text', [{ text: 'plain }} text' }]],
    ['${{ a }}', [{ expression: 'a', offset: 4 }]],
    [
      '${{a}}${{ b}}',
      [
        { expression: 'a', offset: 3 },
        { expression: 'b', offset: 10 },
      ],
    ],
    ['x ${{ a }} y', [{ text: 'x ' }, { expression: 'a', offset: 6 }, { text: ' y' }]],
    [
      "${{ format('}} {0}''}}', a) }}!",
      [{ expression: "format('}} {0}''}}', a)", offset: 4 }, { text: '!' }],
    ],
    ['${{ a }}}}', [{ expression: 'a', offset: 4 }, { text: '}}' }]],
    ["it's ${{ a }}", [{ text: "it's " }, { expression: 'a', offset: 9 }]],
    ['${{ }}', [{ expression: '', offset: 3 }]],
    ['$${{ a }}', [{ text: '$' }, { expression: 'a', offset: 5 }]],
  ])('%j', (text, pieces) => {
    expect(splitText(text)).toEqual(pieces);
  });

  it.each([
    ['a ${{ b', 2, 'comment'],
    ["${{ a }} ${{ 'b }}", 9, 'not closed'],
    ['${{ ${{ a }', 0, 'Close it'],
  ])('%j is not closed', (text, offset, hint) => {
    const error = thrownBy(() => splitText(text)) as ExpressionSyntaxError;
    expect(error).toBeInstanceOf(ExpressionSyntaxError);
    expect(error.offset).toBe(offset);
    expect(error.hint).toContain(hint);
  });
});

describe('bareExpression', () => {
  it.each([
    [' a == b ', 'a == b'],
    ['${{ a == b }}', 'a == b'],
    ['  ${{a}}\n', 'a'],
    ["${{ 'x}}' }}", "'x}}'"],
    ['${{ a }} && ${{ b }}', '${{ a }} && ${{ b }}'],
    ['${{ a', '${{ a'],
  ])('of %j is %j', (text, bare) => {
    expect(bareExpression(text)).toBe(bare);
  });
});

describe('resolveTemplate', () => {
  it.each<[Template, unknown]>([
    ['${{ inputs.list }}', [1, 'a']],
    ['${{ inputs.nothing }}', null],
    ['${{ inputs.count }}', 3],
    ['n = ${{ inputs.count }}, ${{ inputs.yes }}', 'n = 3, true'],
    ['${{ inputs.name }}${{ inputs.name }}', 'xx'],
    [' ${{ inputs.count }}', ' 3'],
    ['got ${{ inputs.list }} ${{ inputs.object }}', 'got [1,"a"] {"a":null}'],
    [
      { a: ['${{ inputs.count }}', { b: '${{ inputs.name }}' }], c: 1 },
      { a: [3, { b: 'x' }], c: 1 },
    ],
    [{ '${{ inputs.name }}': 1 }, { '${{ inputs.name }}': 1 }],
  ])('%j', (template, expected) => {
    expect(resolveTemplate(template, SCOPE)).toEqual(expected);
  });

  it('does not evaluate what a value holds', () => {
    expect(resolveTemplate('${{ item }} ${{ item }}', aScope({ item: '${{ inputs.x }}' }))).toBe(
      '${{ inputs.x }} ${{ inputs.x }}',
    );
  });

  it('refuses null inside text, and says what to write', () => {
    const error = thrownBy(() => resolveTemplate('a ${{ inputs.nothing }}', SCOPE)) as EvaluationError;
    expect(error).toBeInstanceOf(EvaluationError);
    expect(error.code).toBe('expression_error');
    expect(error.message).toContain("default(inputs.nothing, '…')");
  });

  it('fails for an unresolved reference anywhere in it', () => {
    const template = { a: [{ b: 'x ${{ inputs.nope }}' }] };
    expect((thrownBy(() => resolveTemplate(template, SCOPE)) as EvaluationError).code).toBe(
      'unresolved_reference',
    );
  });

  it('keeps members called __proto__', () => {
    const template: Template = JSON.parse('{"__proto__": "${{ inputs.count }}", "b": {"__proto__": 1}}');
    const resolved = resolveTemplate(template, SCOPE);
    expect(JSON.stringify(resolved)).toBe('{"__proto__":3,"b":{"__proto__":1}}');
  });
});

describe('templateReferences', () => {
  it('finds them at all depths, with their expression', () => {
    const template = {
      a: ['x ${{ tasks.t.outputs.x }} ${{ default(inputs.y, item) }}'],
      b: { c: '${{ index }}' },
      d: 1,
    };
    expect(templateReferences(template).map(({ path, expression }) => [path.join('.'), expression])).toEqual([
      ['tasks.t.outputs.x', 'tasks.t.outputs.x'],
      ['inputs.y', 'default(inputs.y, item)'],
      ['item', 'default(inputs.y, item)'],
      ['index', 'index'],
    ]);
  });

  it('throws the mistake of a part', () => {
    expect(thrownBy(() => templateReferences(['${{ nope }}']))).toBeInstanceOf(ExpressionSyntaxError);
  });
});
