/** Values in words for messages. */
import type { Json } from '../engine/core/json.ts';

/** What an author wrote. */
export function describeValue(value: Json): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text "${shorten(value)}"`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return `\`${value}\``;
  return Array.isArray(value) ? 'a list' : 'a map';
}

/** One line of at most 60 characters. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
