/** A text of the part of an address behind `?`; undefined for anything else, and for none. */
export function text(given: unknown): string | undefined {
  if (typeof given === 'number' || typeof given === 'boolean') return String(given);
  return typeof given === 'string' && given !== '' ? given : undefined;
}
