/** What people write by habit from elsewhere, and what to write here instead. */
import { CONTEXTS } from './contexts.ts';
import { FUNCTIONS } from './functions/index.ts';
import { nearestName } from './nearest-name.ts';

/** The first row whose pattern fits the symbol that was not understood. */
const SYMBOLS: readonly (readonly [RegExp, string])[] = [
  [/^\$/, 'Leave out ${{ }} here: the whole text is an expression already.'],
  [/^'/, "A quote (') is not closed. To write a quote within a text, double it: 'it''s'."],
  [/["`]/, "Write text in single quotes: 'text'."],
  [/^===|^!==/, 'Compare with == or !=; for exact equality write equals(a, b).'],
  [/^=/, 'Compare with ==.'],
  [/^&/, 'Write && for "and".'],
  [/^\|/, 'Write || for "or".'],
  [/^(and|or|not)$/i, 'Write && for "and", || for "or", ! for "not".'],
  [/^\+/, "There is no + operator: write add(a, b) for numbers, format('{0}{1}', a, b) for text."],
  [/^-/, 'There is no - operator: write sub(a, b).'],
  [/\*/, 'There is no * operator: write mul(a, b).'],
  [/\//, 'There is no / operator: write div(a, b).'],
  [/%/, 'There is no % operator: write mod(a, b).'],
  [/^\?\?/, 'Write default(a, b) for a value that may be absent.'],
  [/^\?/, 'Write case(condition, then, otherwise).'],
  [/^\d/, "A name that starts with a digit stands in brackets: inputs['1st']."],
  [/^[{[]/, "Write a list or an object as fromJSON('…')."],
];

export function hintForSymbol(symbol: string): string | undefined {
  return SYMBOLS.find(([pattern]) => pattern.test(symbol))?.[1];
}

/** Functions of GitHub that are answered with what to use instead; keys in lower case. */
const OTHER_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  [
    'success',
    'Leave it out: a task runs when all it needs succeeded (`trigger_rule: all_success`, the default).',
  ],
  ['failure', 'Write `trigger_rule: one_failed`, or `when: failure` on the entry in `needs`.'],
  [
    'always',
    'Write `trigger_rule: all_done`: the task runs when all it needs have ended, however they ended. What belongs to the end of the whole run stands under `on_finish`.',
  ],
  ['cancelled', 'Write `trigger_rule: all_done`, and ask for `tasks.<id>.status` in `if`.'],
  [
    'hashfiles',
    'An expression reads no files; `cache: { key, files }` of a task puts their content into its key.',
  ],
  ['concat', "Write format('{0}{1}', a, b), or join(list, '')."],
  ['coalesce', 'Write default(a, b).'],
  ['len', 'Write length(x).'],
  ['if', 'Write case(condition, then, otherwise).'],
]);

export function hintForFunction(name: string): string | undefined {
  const known = OTHER_FUNCTIONS.get(name.toLowerCase());
  if (known !== undefined) return known;
  const near = nearestName(name, FUNCTIONS.keys());
  return near === undefined
    ? `Functions are ${[...FUNCTIONS.keys()].join(', ')}.`
    : `Did you mean ${near}()?`;
}

const OTHER_CONTEXTS: ReadonlyMap<string, string> = new Map([
  ['needs', 'Write tasks.<id>.outputs.<name>.'],
  ['steps', 'Write tasks.<id>.outputs.<name>.'],
  ['jobs', 'Write tasks.<id>.outputs.<name>.'],
  ['github', 'Write run.<field>, or trigger.<field> for what started the run.'],
  ['vars', 'Write inputs.<name> or env.<name>.'],
  ['params', 'Write inputs.<name>.'],
  ['outputs', 'Write tasks.<id>.outputs.<name>.'],
]);

export function hintForContext(name: string): string {
  const known = OTHER_CONTEXTS.get(name.toLowerCase());
  if (known !== undefined) return known;
  const near = nearestName(name, CONTEXTS.keys());
  if (near !== undefined) return `Did you mean ${near}? Text stands in single quotes: '${name}'.`;
  return `Text stands in single quotes: '${name}'. Names that may start a reference are ${[...CONTEXTS.keys()].join(', ')}.`;
}
