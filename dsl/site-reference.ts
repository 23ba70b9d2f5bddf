/** Parses the expressions of a site; what cannot be parsed is reported, the rest gives its references. */
import {
  bareExpression,
  ExpressionSyntaxError,
  parseExpression,
  type Reference,
  splitText,
} from '../engine/core/expression/index.ts';
import type { Span } from './diagnostic.ts';
import type { ExpressionSite } from './expression-site.ts';
import type { SourceDocument } from './source-document.ts';

/** A reference with its place within the text of its site. */
export interface SiteReference {
  readonly site: ExpressionSite;
  readonly reference: Reference;
  readonly expression: string;
  readonly within: Span;
}

interface Piece {
  readonly expression: string;
  readonly offset: number;
}

export function siteReferences(document: SourceDocument, site: ExpressionSite): SiteReference[] {
  return piecesOf(document, site).flatMap(({ expression, offset }) => {
    try {
      return parseExpression(expression).references.map((reference): SiteReference => {
        const within = { offset: offset + reference.offset, length: reference.length };
        return { site, reference, expression, within };
      });
    } catch (thrown) {
      reportSyntax(document, site, offset, thrown);
      return [];
    }
  });
}

function piecesOf(document: SourceDocument, site: ExpressionSite): Piece[] {
  if (site.isCondition) {
    const expression = bareExpression(site.text);
    return [{ expression, offset: Math.max(0, site.text.indexOf(expression)) }];
  }
  try {
    return splitText(site.text).filter((piece) => 'expression' in piece);
  } catch (thrown) {
    reportSyntax(document, site, 0, thrown);
    return [];
  }
}

function reportSyntax(
  document: SourceDocument,
  { path, text }: ExpressionSite,
  base: number,
  thrown: unknown,
): void {
  if (!(thrown instanceof ExpressionSyntaxError)) throw thrown;
  // A mistake at the end of the text is shown under its last character.
  const offset = Math.min(base + thrown.offset, Math.max(0, text.length - 1));
  const within = { offset, length: Math.max(1, thrown.length) };
  document.error({ code: 'expression_syntax', path, within, message: thrown.message, hint: thrown.hint });
}
