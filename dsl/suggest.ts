/** "Did you mean …?" for names of any kind. */
import { nearestName } from '../engine/core/expression/nearest-name.ts';

/** A hint with the nearest name, or with the whole list when it is short, or nothing. */
export function suggest(word: string, names: Iterable<string>): string | undefined {
  const known = [...names];
  // Comparing letter by letter with thousands of names for each of many mistakes would take longer than it helps.
  const near = nearestName(word.slice(0, 100), known.slice(0, 2_000));
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (known.length === 0 || known.length > 12) return undefined;
  return `Known here: ${known.map((one) => `\`${one}\``).join(', ')}.`;
}

/** Names for a sentence: `a`, `b` or `c`. */
export function alternatives(names: readonly unknown[], word = 'or'): string {
  const shown = names.map((name) => `\`${String(name)}\``);
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} ${word} ${last}`;
}
