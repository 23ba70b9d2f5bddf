/**
 * Text with `${{ }}`: which parts of it are expressions. Nothing is parsed here, only the borders are found;
 * `}}` within a quoted text (`'…'`) does not end an expression.
 */
import { BoundedCache } from './bounded-cache.ts';
import { ExpressionSyntaxError } from './syntax-error.ts';

/** Literal text, or an expression (trimmed) with its offset in the text, in UTF-16 units. */
export type TextPiece = { readonly text: string } | { readonly expression: string; readonly offset: number };

const OPEN = '${{';
const CLOSE = '}}';
const cache = new BoundedCache<readonly TextPiece[]>();

/**
 * The pieces of a text, in order. Without `${{` it is one piece.
 * @throws ExpressionSyntaxError where `${{` has no `}}`.
 */
export function splitText(text: string): TextPiece[] {
  if (!text.includes(OPEN)) return [{ text }];
  return [...cachedPieces(text)];
}

/** As `splitText`, remembered by text; the same list every time. */
export function cachedPieces(text: string): readonly TextPiece[] {
  const known = cache.get(text);
  if (known) return known;
  const pieces = findPieces(text);
  cache.set(text, pieces, text.length);
  return pieces;
}

/** Whether the text has an expression in it. */
export function hasExpression(text: string): boolean {
  return text.includes(OPEN);
}

/** The text of an expression whose braces are optional: `${{ x }}` and `x` are both `x`. Trimmed. */
export function bareExpression(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith(OPEN)) return trimmed;
  const end = findEnd(trimmed, OPEN.length);
  // With more behind the closing braces it is no whole expression; left as it is, the parser points at the mistake.
  return end === trimmed.length - CLOSE.length ? trimmed.slice(OPEN.length, end).trim() : trimmed;
}

function findPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let done = 0;
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, done)) {
    if (open > done) pieces.push({ text: text.slice(done, open) });
    const end = findEnd(text, open + OPEN.length);
    if (end === undefined) throw unclosed(text, open);
    pieces.push(expressionPiece(text, open + OPEN.length, end));
    done = end + CLOSE.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

function expressionPiece(text: string, start: number, end: number): TextPiece {
  const inner = text.slice(start, end);
  const expression = inner.trim();
  const lead = expression === '' ? 0 : inner.length - inner.trimStart().length;
  return { expression, offset: start + lead };
}

/** Offset of the `}}` that ends the expression; undefined without one. A doubled quote opens and closes, as it should. */
function findEnd(text: string, start: number): number | undefined {
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith(CLOSE, i)) return i;
  }
  return undefined;
}

function unclosed(text: string, open: number): ExpressionSyntaxError {
  const quoteIsOpen = text.includes(CLOSE, open);
  const hint = quoteIsOpen
    ? "A quote (') is not closed. To write a quote within a text, double it: 'it''s'."
    : 'Close it with }}. In YAML, a # after a space starts a comment: put the whole value in double quotes.';
  return new ExpressionSyntaxError('The expression that starts with ${{ is not closed.', {
    offset: open,
    length: quoteIsOpen ? OPEN.length : text.length - open,
    hint,
  });
}
