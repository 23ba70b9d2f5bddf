/** A time in its public form: RFC 3339 in UTC, null when it has not happened. @param at ms since 1970 */
export function iso(at: number | undefined): string | null {
  return at === undefined || at === 0 ? null : new Date(at).toISOString();
}
