/** More than a day is not believed: a task would wait for as long as some server likes, and nobody would know why. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * The pause that a server asks for, in ms, a day at most; undefined when it asks for none. The header holds seconds or a date; a date
 * counts from the response's own `Date`, so that clocks need not agree, else from `now`.
 */
export function parseRetryAfter(
  header: string | undefined,
  response: { readonly date: string | undefined; readonly now: () => number },
): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, LONGEST_MS);
  const at = Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  const sent = Date.parse(response.date ?? '');
  return Math.min(Math.max(0, at - (Number.isNaN(sent) ? response.now() : sent)), LONGEST_MS);
}
