/** JSON values with `${{ }}` in their strings: resolving them, and listing what they refer to. */
import { isJsonObject, type Json, type Template } from '../json.ts';
import type { Reference } from './ast.ts';
import { evaluateWithin } from './evaluate.ts';
import { Evaluation } from './evaluation.ts';
import { expressionError } from './evaluation-error.ts';
import { parseExpression } from './expression.ts';
import { textInText } from './json-text.ts';
import type { Scope } from './scope.ts';
import { cachedPieces, hasExpression, type TextPiece } from './text.ts';

/**
 * The template with every expression evaluated. A string that is one whole expression takes its value and kind; inside
 * text, values become text (lists and objects as JSON) and null is an error. Names of members are not evaluated. What
 * holds no expression is returned as it stands, not copied.
 * @throws EvaluationError; ExpressionSyntaxError where an expression cannot be parsed; whatever a Lookup throws.
 */
export function resolveTemplate(template: Template, scope: Scope): Json {
  return resolve(template, new Evaluation(scope), 0);
}

function resolve(template: Template, run: Evaluation, depth: number): Json {
  if (typeof template === 'string') return hasExpression(template) ? resolveText(template, run) : template;
  if (typeof template !== 'object' || template === null) return template;
  run.checkDataDepth(depth);
  if (Array.isArray(template)) return resolveList(template, run, depth);
  return isJsonObject(template) ? resolveObject(template, run, depth) : template;
}

function resolveList(list: readonly Template[], run: Evaluation, depth: number): Json {
  const resolved = list.map((item) => resolve(item, run, depth + 1));
  return resolved.every((item, i) => item === list[i]) ? list : resolved;
}

function resolveObject(object: { readonly [key: string]: Template }, run: Evaluation, depth: number): Json {
  // Without a prototype, so that a member called __proto__ is a member.
  const resolved: Record<string, Json> = Object.create(null);
  let changed = false;
  for (const [key, value] of Object.entries(object)) {
    const member = resolve(value, run, depth + 1);
    changed ||= member !== value;
    resolved[key] = member;
  }
  return changed ? resolved : object;
}

function resolveText(text: string, run: Evaluation): Json {
  const pieces = cachedPieces(text);
  const only = pieces.length === 1 ? pieces[0] : undefined;
  if (only && 'expression' in only) return evaluateWithin(parseExpression(only.expression), run);
  return pieces.reduce((built, piece) => {
    const next = built + pieceText(piece, run);
    run.checkTextLength(next.length);
    return next;
  }, '');
}

function pieceText(piece: TextPiece, run: Evaluation): string {
  if ('text' in piece) return piece.text;
  const value = evaluateWithin(parseExpression(piece.expression), run);
  if (value === null) {
    throw expressionError(
      `\${{ ${piece.expression} }} is null inside text. Write default(${piece.expression}, '…').`,
    );
  }
  return textInText(value, run);
}

/**
 * All references in a template, with the expression they stand in; offsets are within that expression.
 * @throws ExpressionSyntaxError
 */
export function templateReferences(
  template: Template,
): readonly (Reference & { readonly expression: string })[] {
  if (typeof template === 'string') return textReferences(template);
  if (typeof template !== 'object' || template === null) return [];
  const inner: readonly Template[] = isJsonObject(template)
    ? Object.values(template)
    : (template as readonly Template[]);
  return inner.flatMap(templateReferences);
}

function textReferences(text: string): readonly (Reference & { readonly expression: string })[] {
  if (!hasExpression(text)) return [];
  return cachedPieces(text).flatMap((piece) => {
    if ('text' in piece) return [];
    return parseExpression(piece.expression).references.map((found) => ({
      ...found,
      expression: piece.expression,
    }));
  });
}
