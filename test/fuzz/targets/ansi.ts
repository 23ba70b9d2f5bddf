/** Text of tasks on a terminal and in the log of GitHub's runner: nothing is left that either would act upon. */
import { inert, inertJson } from '../../../cli/view/inert.ts';
import { plainLines, plainText } from '../../../cli/view/plain-text.ts';
import type { Random } from '../../simulation/random.ts';
import { demand, type FuzzTarget } from '../target.ts';

const PARTS: readonly string[] = [
  ...[
    '\x1b',
    '\x1b[',
    '\x1b]8;;',
    '\x1b\\',
    '\x07',
    '\x9b',
    '\x9c',
    '\x9d',
    '\x90',
    '\x1bP$q',
    '\x1b]52;c;',
    '\x1b[2J',
    '\x1bc',
  ],
  ...[
    '0',
    ';',
    '1',
    'm',
    'H',
    '?',
    '!',
    ' ',
    '\r',
    '\n',
    '\t',
    '\b',
    '\u202e',
    '\u2066',
    '\u200b',
    '::',
    '::error::x',
    '##[group]',
    '#',
  ],
  ...['a', 'é', '😀', '\ud800', 'http://evil/', '<img onerror>', '\0'],
];

export const ansi: FuzzTarget = {
  name: 'ansi',
  draw: (dice: Random) => Array.from({ length: dice.int(1, 60) }, () => dice.pick(PARTS)).join(''),
  check(text) {
    for (const line of [plainText(text), ...plainLines(text)]) {
      demand(!/[\x00-\x1f\x7f-\x9f]/.test(line), 'a control character is left');
      demand(!/[\u202a-\u202e\u2066-\u2069]/.test(line), 'a character that turns the direction is left');
      demand(plainText(line) === line, 'a second look takes more away');
    }
    for (const line of inert(text).split(/\r\n|\r|\n/)) {
      demand(!/^\s*::/.test(line), 'a command of the runner is left');
      demand(!line.includes('##['), 'an older command of the runner is left');
    }
    const json = inertJson(JSON.stringify({ text }));
    demand((JSON.parse(json) as { text: string }).text === text, 'JSON means something else');
    demand(!json.includes('##['), 'a command in JSON is left');
  },
};
