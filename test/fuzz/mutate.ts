/** Small and large damage to texts. */
import type { Random } from '../simulation/random.ts';

/** Characters and words that parsers stumble over. */
const NASTY: readonly string[] = [
  ...[
    '\0',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\udc00',
    '😀',
    '\x1b[',
    '\x9b',
    '\x7f',
    '\u202e',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'length'],
  ...[
    '"',
    "'",
    '`',
    '\\',
    '\\u0000',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '<<',
    '<<EOF',
    'EOF',
    '=',
    ':',
    ': ',
    ' #',
    '- ',
    '? ',
  ],
  ...[
    '&a ',
    '*a',
    '!!js/function ',
    '!!binary ',
    '%YAML 1.1\n---\n',
    '---\n',
    '...\n',
    '|-\n',
    '>+2\n',
    '~',
    'null',
    'on',
    '0o7',
  ],
  ...[
    '${{',
    '}}',
    '${{ ',
    ' }}',
    '${{ secrets.A }}',
    "fromJSON('{')",
    '!',
    '&&',
    '||',
    '==',
    '*',
    '.*',
    '[0]',
    "['a']",
  ],
  ...['-0', '1e999', '9007199254740993', '0x1F', 'NaN', 'Infinity', '-', '.', ','],
];

export function mutate(dice: Random, text: string, examples: readonly string[]): string {
  let result = text;
  for (let left = dice.pick([1, 1, 2, 3, 6, 12]); left > 0; left--)
    result = STEPS[dice.int(0, STEPS.length - 1)]?.(dice, result, examples) ?? result;
  return result.slice(0, 200_000);
}

type Step = (dice: Random, text: string, examples: readonly string[]) => string;

const STEPS: readonly Step[] = [insert, insert, insert, remove, repeat, swapLines, splice, flip, nest];

function insert(dice: Random, text: string): string {
  const at = dice.int(0, text.length);
  return text.slice(0, at) + dice.pick(NASTY) + text.slice(at);
}

function remove(dice: Random, text: string): string {
  const at = dice.int(0, text.length);
  return text.slice(0, at) + text.slice(at + dice.pick([1, 1, 2, 5, 30]));
}

function repeat(dice: Random, text: string): string {
  const at = dice.int(0, text.length);
  const piece = text.slice(at, at + dice.int(1, 40));
  return text.slice(0, at) + piece.repeat(dice.pick([2, 2, 3, 50, 2_000])) + text.slice(at);
}

function swapLines(dice: Random, text: string): string {
  const lines = text.split('\n');
  const [a, b] = [dice.int(0, lines.length - 1), dice.int(0, lines.length - 1)];
  [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  return lines.join('\n');
}

function splice(dice: Random, text: string, examples: readonly string[]): string {
  const other = dice.pick(examples);
  return text.slice(0, dice.int(0, text.length)) + other.slice(dice.int(0, other.length));
}

function flip(dice: Random, text: string): string {
  if (text.length === 0) return text;
  const at = dice.int(0, text.length - 1);
  return (
    text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << dice.int(0, 7))) + text.slice(at + 1)
  );
}

/** Deep within brackets of a kind. */
function nest(dice: Random, text: string): string {
  const [open, close] = dice.pick([
    ['(', ')'],
    ['[', ']'],
    ['{', '}'],
    ['{a: ', '}'],
    ['- ', ''],
    ['!', ''],
  ] as const);
  const depth = dice.pick([2, 10, 100, 5_000]);
  const at = dice.int(0, text.length);
  return text.slice(0, at) + open.repeat(depth) + close.repeat(depth) + text.slice(at);
}
