/**
 * The expression language of workflows: GitHub Actions' expressions, with missing values as errors.
 *
 * Pure: no I/O, no clock, no randomness. Parsing is done by GitHub's own library (`parse.ts` is its only door);
 * evaluation is ours, so that it is lazy, bounded, and reads nothing but an object's own members.
 */

export type { Reference } from './ast.ts';
export { evaluate } from './evaluate.ts';
export { EvaluationError } from './evaluation-error.ts';
export { type Expression, parseExpression } from './expression.ts';
export { FUNCTIONS } from './functions/index.ts';
export type { Lookup, Scope, ScopeValue } from './scope.ts';
export { ExpressionSyntaxError } from './syntax-error.ts';
export { resolveTemplate, templateReferences } from './template.ts';
export { bareExpression, hasExpression, splitText, type TextPiece } from './text.ts';
export { isTruthy } from './value.ts';
