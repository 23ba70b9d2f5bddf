/** Expressions and templates: a value that is JSON, or one of two kinds of errors; nothing else, and soon. */
import {
  EvaluationError,
  ExpressionSyntaxError,
  evaluate,
  FUNCTIONS,
  parseExpression,
  resolveTemplate,
} from '../../../engine/core/expression/index.ts';
import type { Json } from '../../../engine/core/json.ts';
import type { Random } from '../../simulation/random.ts';
import { demand, type FuzzTarget } from '../target.ts';

const DATA = new Map<string, Json>([
  [
    'inputs',
    { a: 1, text: 'héllo', list: [1, null, 'x', [2]], deep: { a: { b: [{ c: true }] } }, empty: '' },
  ],
  ['item', { name: 'n', at: '2026-01-31' }],
  ['env', JSON.parse('{"__proto__": {"polluted": true}, "constructor": "c"}') as Json],
]);
const SCOPE = {
  get: (name: string) => DATA.get(name),
  keys: () => DATA.keys(),
  now: Date.UTC(2026, 0, 31, 9, 30),
};
const NAMES = [...FUNCTIONS].map((one) =>
  typeof one === 'string' ? one : String(Reflect.get(Object(one), 'name')),
);

export const expression: FuzzTarget = {
  name: 'expression',
  draw: (dice) => drawExpression(dice, 0),
  check(text) {
    expectJson(() => evaluate(parseExpression(text), SCOPE));
    expectJson(() => resolveTemplate(`a \${{ ${text} }} b`, SCOPE));
  },
};

function expectJson(read: () => Json): void {
  let value: Json;
  try {
    value = read();
  } catch (thrown) {
    if (thrown instanceof EvaluationError || thrown instanceof ExpressionSyntaxError) return;
    throw thrown;
  }
  demand(JSON.stringify(value) !== undefined, 'a value that is no JSON');
}

const ATOMS: readonly string[] = [
  ...[
    'inputs',
    'inputs.a',
    'inputs.text',
    'inputs.list',
    'inputs.deep.a.b[0].c',
    'inputs.list.*',
    'inputs.deep.*',
    'item',
  ],
  ...[
    'env.__proto__',
    "env['constructor']",
    'inputs.absent',
    'null',
    'true',
    '1',
    '-0',
    '1e308',
    '0x7fffffff',
    'NaN',
  ],
  ...[
    "''",
    "'it''s'",
    "'(a+)+$'",
    '\'{"a":1}\'',
    "'%'",
    "'{0}{1}{99}'",
    "'2026-01-31'",
    "'1h'",
    "'yyyy'",
    'github',
    'secrets.A',
  ],
];

function drawExpression(dice: Random, depth: number): string {
  const again = () => drawExpression(dice, depth + 1);
  if (depth > 4 || dice.chance(0.25)) return dice.pick(ATOMS);
  switch (dice.int(0, 6)) {
    case 0:
      return `${again()} ${dice.pick(['&&', '||', '==', '!=', '<', '<=', '>', '>='])} ${again()}`;
    case 1:
      return `!${again()}`;
    case 2:
      return `(${again()})`;
    case 3:
      return `${again()}[${again()}]`;
    default:
      return `${dice.pick(NAMES)}(${Array.from({ length: dice.int(0, 4) }, again).join(', ')})`;
  }
}
