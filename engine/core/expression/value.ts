/** The kinds of values, and how one kind is taken for another: GitHub's rules. */
import type { Json } from '../json.ts';
import { expressionError } from './evaluation-error.ts';
import type { ScopeValue } from './scope.ts';

export type Kind = 'null' | 'boolean' | 'number' | 'text' | 'list' | 'object';

/** For messages: `null`, `a number`, … */
export const KIND_NAMES = {
  null: 'null',
  boolean: 'a boolean',
  number: 'a number',
  text: 'text',
  list: 'a list',
  object: 'an object',
} satisfies Record<Kind, string>;

/** The kind of a value; a Lookup is an object. What is not JSON (a function, a bigint, …) is an EvaluationError. */
export function kindOf(value: ScopeValue): Kind {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'object':
      return Array.isArray(value) ? 'list' : 'object';
    default:
      throw expressionError(`A value is not JSON but a ${typeof value}.`);
  }
}

/** GitHub's rule: null, false, 0 and empty text are false; all else, also an empty list, is true. */
export function isTruthy(value: Json): boolean {
  return isTruthyValue(value);
}

export function isTruthyValue(value: ScopeValue): boolean {
  return value !== null && value !== false && value !== 0 && value !== '' && !Number.isNaN(value);
}

/** The number that a comparison sees; NaN where there is none. */
export function toNumber(value: ScopeValue): number {
  if (value === null) return 0;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? Number(value) : Number.NaN;
}

/** Text of null, a boolean, a number or text; undefined for lists and objects. Null is empty text. */
export function toText(value: ScopeValue): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'boolean' ? String(value) : undefined;
}

/** As GitHub writes numbers, at most 15 significant digits for fractions, so that 0.1 + 0.2 reads 0.3. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return value === 0 ? '0' : String(value);
  return String(Number(value.toPrecision(15)));
}

/** A finite number, or an EvaluationError: NaN and infinity are not JSON. */
export function finite(value: number, subject: string): number {
  if (Number.isFinite(value)) return value;
  throw expressionError(`${subject} is not a finite number.`);
}
