/**
 * One call of a function: its arguments, each evaluated when it is first asked for, and asked for by kind, so that a
 * wrong kind is answered with the function's name and the argument's number.
 */
import type { Json } from '../../json.ts';
import type { Evaluation } from '../evaluation.ts';
import { type EvaluationError, expressionError } from '../evaluation-error.ts';
import { textInText } from '../json-text.ts';
import type { ScopeValue } from '../scope.ts';
import { KIND_NAMES, kindOf, toText } from '../value.ts';

export interface Argument {
  value(): ScopeValue;
  /** Undefined where a reference in it is absent. */
  valueIfPresent(): ScopeValue | undefined;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

export class Call {
  readonly name: string;
  readonly run: Evaluation;
  readonly #args: readonly Argument[];
  readonly #values: (ScopeValue | undefined)[] = [];

  constructor(name: string, args: readonly Argument[], run: Evaluation) {
    this.name = name;
    this.run = run;
    this.#args = args;
  }

  get count(): number {
    return this.#args.length;
  }

  value(index: number): ScopeValue {
    let value = this.#values[index];
    if (value === undefined) {
      value = this.#args[index]?.value() ?? null;
      this.#values[index] = value;
    }
    return value;
  }

  valueIfPresent(index: number): ScopeValue | undefined {
    return this.#args[index]?.valueIfPresent();
  }

  /** Text; numbers and booleans count as text, null does not. */
  text(index: number): string {
    const value = this.value(index);
    const text = value === null ? undefined : toText(value);
    if (text === undefined) throw this.wrongKind(index, 'text', value);
    this.run.chargeText(text.length);
    return text;
  }

  /** As GitHub's functions take it: null is empty text. Lists and objects are JSON. */
  anyText(index: number): string {
    const text = textInText(this.value(index), this.run);
    this.run.chargeText(text.length);
    return text;
  }

  number(index: number): number {
    return this.asNumber(this.value(index), `argument ${index + 1}`);
  }

  integer(index: number): number {
    const number = this.number(index);
    if (!Number.isSafeInteger(number)) throw this.error(`argument ${index + 1} must be a whole number`);
    return number;
  }

  list(index: number): readonly Json[] {
    const value = this.value(index);
    if (!Array.isArray(value)) throw this.wrongKind(index, 'a list', value);
    this.run.charge(value.length);
    return value;
  }

  /** A number, or text that is one: what a process writes to its outputs is text. */
  asNumber(value: ScopeValue, subject: string): number {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'string' && value.length <= 100 && NUMBER.test(value.trim()))
      return this.result(Number(value));
    const found = typeof value === 'string' ? 'text that is no number' : KIND_NAMES[kindOf(value)];
    throw this.error(`${subject} must be a number, not ${found}`);
  }

  /** A number that JSON can hold. */
  result(number: number): number {
    if (Number.isFinite(number)) return number === 0 ? 0 : number;
    throw this.error('the result is not a finite number');
  }

  wrongKind(index: number, expected: string, value: ScopeValue): EvaluationError {
    return this.error(`argument ${index + 1} must be ${expected}, not ${KIND_NAMES[kindOf(value)]}`);
  }

  error(problem: string): EvaluationError {
    return expressionError(`${this.name}(): ${problem}.`);
  }
}
