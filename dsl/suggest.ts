/** "Did you mean …?" for names of any kind. */
import { nearestName } from '../engine/core/expression/nearest-name.ts';

/** What to do, and what to write in the place of a wrong word where that is clear. */
export interface Suggestion {
  readonly hint?: string | undefined;
  readonly fix?: string | undefined;
}

export function didYouMean(word: string): Suggestion {
  return { hint: `Did you mean \`${word}\`?`, fix: word };
}

/** The nearest name, or the whole list when it is short, or nothing. */
export function suggestion(word: string, names: Iterable<string>): Suggestion {
  const known = [...names];
  // Comparing letter by letter with thousands of names for each of many mistakes would take longer than it helps.
  const near = nearestName(word.slice(0, 100), known.slice(0, 2_000));
  if (near !== undefined) return didYouMean(near);
  if (known.length === 0 || known.length > 12) return {};
  return { hint: `Known here: ${known.map((one) => `\`${one}\``).join(', ')}.` };
}

/** As a hint alone: the word is a part of what is underlined. */
export function suggest(word: string, names: Iterable<string>): string | undefined {
  return suggestion(word, names).hint;
}

/** Names for a sentence: `a`, `b` or `c`. */
export function alternatives(names: readonly unknown[], word = 'or'): string {
  const shown = names.map((name) => `\`${String(name)}\``);
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} ${word} ${last}`;
}
