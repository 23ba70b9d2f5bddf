/** How well something is meant by what somebody typed: each word of it must stand there, letters in a row. */

/** @returns 0 for not at all, up to 1 */
export function matchOf(value: string, typed: string, keywords: readonly string[] = []): number {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return 1;
  const name = value.toLowerCase();
  const also = keywords.join(' ').toLowerCase();
  const scores = words.map((word) => Math.max(placeOf(name, word), placeOf(also, word) / 4));
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** The begin of a word counts more than its middle. */
function placeOf(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at < 0) return 0;
  for (let from = at; from >= 0; from = text.indexOf(word, from + 1))
    if (from === 0 || !/[a-z0-9]/.test(text[from - 1] ?? '')) return 1;
  return 0.5;
}
