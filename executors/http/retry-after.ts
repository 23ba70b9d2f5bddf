/**
 * The pause that a server asks for, in ms; undefined when it asks for none. The header holds seconds or a date; a date
 * counts from the response's own `Date`, so that clocks need not agree, else from `now`.
 */
export function parseRetryAfter(
  header: string | undefined,
  response: { readonly date: string | undefined; readonly now: () => number },
): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, Number.MAX_SAFE_INTEGER);
  const at = Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  const sent = Date.parse(response.date ?? '');
  return Math.max(0, at - (Number.isNaN(sent) ? response.now() : sent));
}
