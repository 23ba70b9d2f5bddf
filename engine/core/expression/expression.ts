/** A parsed expression. The same text gives the same object, as long as the cache remembers it. */
import type { Node, Reference } from './ast.ts';
import { BoundedCache } from './bounded-cache.ts';
import { parse } from './parse.ts';

export interface Expression {
  readonly source: string;
  /** All references in it, in the order in which they stand. */
  readonly references: readonly Reference[];
  /** For `evaluate` only. */
  readonly root: Node;
}

const cache = new BoundedCache<Expression>();

/**
 * Parses the text of an expression, without braces.
 * @throws ExpressionSyntaxError with the place in `source`.
 */
export function parseExpression(source: string): Expression {
  const known = cache.get(source);
  if (known) return known;
  const { root, references } = parse(source);
  const inOrder = [...references].sort((a, b) => a.offset - b.offset);
  const expression = { source, references: inOrder, root };
  cache.set(source, expression, source.length);
  return expression;
}
