/** One wrong value, with what messages need to know of it. */
import type { Json } from '../../engine/core/json.ts';
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';

export interface Place {
  readonly document: SourceDocument;
  readonly path: Path;
  readonly value: Json | undefined;
  /** The key in words: `` `delay` `` or ``an item of `run` ``. */
  readonly label: string;
}

export function labelOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the document';
  return typeof last === 'string' ? `\`${last}\`` : `item ${last + 1} of \`${path.at(-2)}\``;
}

/** The text with a capital first letter, unless it begins with code. */
export function capital(text: string): string {
  return text.startsWith('`') ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
