import { data, Lexer, Parser } from '@actions/expressions';
import { Evaluator } from '@actions/expressions/evaluator';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  EvaluationError,
  ExpressionSyntaxError,
  evaluate,
  FUNCTIONS,
  parseExpression,
  resolveTemplate,
  splitText,
} from '../../../../engine/core/expression/index.ts';
import type { Json } from '../../../../engine/core/json.ts';
import { aScope, resultOf } from './a-scope.ts';

const PROTOTYPE = JSON.stringify(Object.getOwnPropertyDescriptors(Object.prototype));
afterAll(() => expect(JSON.stringify(Object.getOwnPropertyDescriptors(Object.prototype))).toBe(PROTOTYPE));

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const word = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'length', 'A', 'x-y', 'true', 'get');
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('1', ' 2 ', 'ı', 'ß', '[1]', '{0}', '2026-01-31', '1d', 'UTC'),
);
const quoted = text.map((each) => `'${each.replaceAll("'", "''")}'`);
const literal = fc.oneof(quoted, fc.constantFrom('0', '1', '-2', '0.5', '3e2', 'true', 'false', 'null'));

/** Source text of any expression that can be parsed. */
const { expression } = fc.letrec<{ expression: string; reference: string; call: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    literal,
    tie('reference'),
    tie('call'),
    tie('expression').map((inner) => `!(${inner})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '&&', '||'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
  ),
  reference: fc
    .tuple(
      fc.constantFrom('item', 'inputs', 'tasks', 'matrix'),
      fc.array(
        fc.oneof(
          word.map((key) => `.${key}`),
          fc.constant('.*'),
          tie('expression').map((index) => `[${index}]`),
        ),
        { maxLength: 3 },
      ),
    )
    .map(([root, steps]) => root + steps.join('')),
  call: fc
    .constantFrom(...FUNCTIONS)
    .chain(([name, { minArgs, maxArgs }]) =>
      fc
        .array(tie('expression'), { minLength: minArgs, maxLength: Math.min(maxArgs, minArgs + 2) })
        .map(
          (args) =>
            `${name}(${(name === 'case' && args.length % 2 === 0 ? args.slice(1) : args).join(', ')})`,
        ),
    ),
}));

describe('any expression', () => {
  it('has a JSON value or throws an EvaluationError, the same each time', () => {
    fc.assert(
      fc.property(expression, json, json, (source, item, inputs) => {
        const outcome = () => {
          try {
            return JSON.stringify(
              evaluate(parseExpression(source), aScope({ item, inputs, tasks: { a: item } })),
            );
          } catch (thrown) {
            if (thrown instanceof ExpressionSyntaxError && /deep|longer/.test(thrown.message))
              return 'too big';
            if (!(thrown instanceof EvaluationError)) throw thrown;
            return thrown.message;
          }
        };
        const first = outcome();
        expect(typeof first).toBe('string');
        expect(outcome()).toBe(first);
      }),
      { numRuns: 1_500 },
    );
  });

  it('names references that stand where it says', () => {
    fc.assert(
      fc.property(expression, (source) => {
        let references: ReturnType<typeof parseExpression>['references'];
        try {
          ({ references } = parseExpression(source));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ExpressionSyntaxError);
          return;
        }
        for (const { path, offset, length } of references) {
          const alone = parseExpression(source.slice(offset, offset + length)).references;
          expect(alone[0]?.path).toEqual(path);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    '${{',
    '}}',
    "'",
    '(',
    ')',
    '[',
    ']',
    '.',
    ',',
    '*',
    '!',
    '=',
    '==',
    '&&',
    '||',
    'inputs',
    'item',
    'format',
    'null',
    '1',
    ' ',
    '\n',
  );
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(pieces, { maxLength: 20 }).map((all) => all.join('')),
  );

  it('is an expression or a syntax error within it', () => {
    fc.assert(
      fc.property(noise, (source) => {
        try {
          parseExpression(source);
        } catch (thrown) {
          if (!(thrown instanceof ExpressionSyntaxError)) throw thrown;
          expect(thrown.offset).toBeGreaterThanOrEqual(0);
          expect(thrown.offset + thrown.length).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is split into pieces that make it up again', () => {
    fc.assert(
      fc.property(noise, (source) => {
        try {
          for (const piece of splitText(source)) {
            if ('text' in piece) expect(source).toContain(piece.text);
            else expect(source.startsWith(piece.expression, piece.offset)).toBe(true);
          }
        } catch (thrown) {
          if (!(thrown instanceof ExpressionSyntaxError)) throw thrown;
        }
      }),
    );
  });
});

describe('a template', () => {
  it('without expressions is itself', () => {
    fc.assert(
      fc.property(json, (template) => {
        expect(resolveTemplate(template, aScope())).toBe(template);
      }),
    );
  });

  it('of one expression gives any value back, unchanged', () => {
    fc.assert(
      fc.property(json, (item) => {
        expect(resolveTemplate(['${{ item }}'], aScope({ item }))).toEqual([item]);
      }),
    );
  });
});

describe('JSON', () => {
  it('survives toJSON() and fromJSON()', () => {
    fc.assert(
      fc.property(json, (item) => {
        expect(resultOf('equals(fromJSON(toJSON(item)), item)', { item: normal(item) })).toBe(true);
      }),
    );
  });
});

/** JSON has no -0. */
function normal(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}

describe("GitHub's own evaluator", () => {
  /** No members, no lists, and at most one doubled quote: there ours differs on purpose, or theirs is wrong. */
  const plain = fc.oneof(
    fc.string({ maxLength: 6 }).map((each) => `'${each.replaceAll("'", '')}'`),
    fc.constantFrom(
      "''",
      "'1'",
      "' 2 '",
      "'A'",
      "'a'",
      "'ı'",
      '0',
      '1',
      '-2',
      '0.5',
      '3e2',
      'true',
      'false',
      'null',
    ),
  );
  const { shared } = fc.letrec<{ shared: string }>((tie) => ({
    shared: fc.oneof(
      { maxDepth: 4 },
      plain,
      tie('shared').map((inner) => `!(${inner})`),
      fc
        .tuple(tie('shared'), fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '&&', '||'), tie('shared'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(fc.constantFrom('contains', 'startsWith', 'endsWith', 'join'), tie('shared'), tie('shared'))
        .map(([name, left, right]) => `${name}(${left}, ${right})`),
      fc.tuple(tie('shared'), tie('shared')).map(([left, right]) => `format('<{0}|{1}>', ${left}, ${right})`),
      fc.tuple(tie('shared'), tie('shared'), tie('shared')).map(([a, b, c]) => `case(!(${a}), ${b}, ${c})`),
      tie('shared').map((inner) => `toJSON(${inner})`),
    ),
  }));

  it('gives the same value', () => {
    fc.assert(
      fc.property(shared, (source) => {
        const tree = new Parser(new Lexer(source).lex().tokens, [], []).parse();
        const theirs = JSON.stringify(new Evaluator(tree, new data.Dictionary()).evaluate(), data.replacer);
        expect(JSON.stringify(resultOf(source))).toBe(theirs);
      }),
      { numRuns: 1_500 },
    );
  });
});
