/** What is wrong with a cron expression, as far as its text tells. The schedule itself is the engine's. */

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Days of the week are 0 to 7: both ends are Sunday. */
const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: MONTHS },
  { name: 'day of week', from: 0, to: 7, words: DAYS },
];

/** A sentence, or undefined when the text is five valid fields. */
export function cronProblem(text: string): string | undefined {
  const parts = text.trim().split(/\s+/);
  if (text.trim().startsWith('@')) return `Macros such as \`${parts[0]}\` are not taken.`;
  if (parts.length !== FIELDS.length)
    return `A cron expression has five fields, but this has ${parts.length === 1 && parts[0] === '' ? 'none' : parts.length}.`;
  for (const [i, field] of FIELDS.entries()) {
    const bad = (parts[i] ?? '').split(',').find((part) => !isPart(part, field));
    if (bad !== undefined)
      return `\`${bad}\` is no ${field.name}: those are ${field.from} to ${field.to}${field.words ? `, or ${field.words[0]} to ${field.words.at(-1)}` : ''}.`;
  }
  return undefined;
}

/** `*`, `5`, `1-5`, `mon-fri`, each also with a step. */
function isPart(part: string, field: Field): boolean {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  if (range === '' || (step !== undefined && Number(step) < 1)) return false;
  if (range === '*') return step === undefined || Number(step) <= field.to;
  const ends = range.split('-').map((end) => numberOf(end, field));
  const [first, last = first] = ends;
  return ends.length <= 2 && first !== undefined && last !== undefined && first <= last;
}

function numberOf(text: string, { from, to, words = [] }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word >= 0) return word + (from === 1 ? 1 : 0);
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}
