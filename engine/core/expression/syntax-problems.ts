/** What can be wrong with an expression's text, one function each: the sentence and the hint. */
import { MANY } from './functions/function.ts';
import { findFunction, type KnownFunction } from './functions/index.ts';
import { ExpressionSyntaxError } from './syntax-error.ts';
import { hintForContext, hintForFunction, hintForSymbol } from './syntax-hints.ts';

/** Part of a source, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

export function syntaxError(message: string, at: Span, hint?: string): ExpressionSyntaxError {
  return new ExpressionSyntaxError(message, hint === undefined ? at : { ...at, hint });
}

export function unexpectedSymbol(symbol: string, offset: number): ExpressionSyntaxError {
  const shown = symbol.length > 40 ? `${symbol.slice(0, 40)}…` : symbol;
  return syntaxError(
    `\`${shown}\` is not expected here.`,
    { offset, length: symbol.length },
    hintForSymbol(symbol),
  );
}

export function unknownContext(name: string, at: Span): ExpressionSyntaxError {
  const word = hintForSymbol(name);
  return syntaxError(`There is no context \`${name}\`.`, at, word ?? hintForContext(name));
}

export function unknownFunction(name: string, at: Span): ExpressionSyntaxError {
  return syntaxError(`There is no function ${name}().`, at, hintForFunction(name));
}

export function wrongArguments(name: string, at: Span): ExpressionSyntaxError {
  const known = findFunction(name);
  if (!known) return unknownFunction(name, at);
  return syntaxError(`${known.name}() takes ${countText(known)}.`, at, known.summary);
}

function countText({ name, minArgs: min, maxArgs: max }: KnownFunction): string {
  if (name === 'case') return 'an odd number of arguments, at least 3';
  if (min === max) return min === 1 ? '1 argument' : `${min} arguments`;
  return max === MANY ? `${min} or more arguments` : `${min} to ${max} arguments`;
}

export function tooDeep(at: Span): ExpressionSyntaxError {
  return syntaxError(
    'The expression is nested too deeply.',
    at,
    'Split it, with a `transform` task for the parts.',
  );
}

export function endsEarly(source: string, parenthesisIsOpen: boolean): ExpressionSyntaxError {
  const at = { offset: source.trimEnd().length, length: 0 };
  return syntaxError(
    'The expression ends too early.',
    at,
    parenthesisIsOpen ? 'A `)` is missing.' : undefined,
  );
}
