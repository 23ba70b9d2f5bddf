/**
 * References to values that a run will have: `tasks.split.outputs.months`. Given whole as a value they keep their type; in a
 * template text they become part of it; in `expr` they are names of an expression.
 */
import type { Json } from '../engine/core/json.ts';

declare const VALUE: unique symbol;

/** Stands for a value of type T. Members and items of it are references, too. */
export type Ref<T = unknown> = RefMembers<T> & {
  readonly [VALUE]?: T;
  /** `${{ … }}`: what stands for it in text and in JSON. */
  toString(): string;
  toJSON(): string;
};

type RefMembers<T> = 0 extends 1 & T
  ? { readonly [name: string]: Ref<unknown> }
  : T extends readonly (infer I)[]
    ? { readonly [index: number]: Ref<I> }
    : T extends object
      ? { readonly [N in keyof T]-?: Ref<NonNullable<T[N]>> }
      : unknown extends T
        ? { readonly [name: string]: Ref<unknown> }
        : unknown;

/** A reference to a value of any type. */
export interface AnyRef {
  readonly [VALUE]?: unknown;
  toJSON(): string;
}

/**
 * JSON in which references may stand. `undefined` is for the compiler's sake, to which a member of unknown type may be missing;
 * a reference always is there.
 */
export type TemplateValue =
  | Json
  | undefined
  | AnyRef
  | readonly TemplateValue[]
  | { readonly [name: string]: TemplateValue };

/** T, with references anywhere in it. */
export type Templated<T> = [Json] extends [T] ? TemplateValue : AnyRef | undefined | TemplatedPart<T>;

type TemplatedPart<T> = T extends readonly (infer I)[]
  ? readonly Templated<I>[]
  : T extends object
    ? { readonly [N in keyof T]: Templated<T[N]> }
    : T;

const EXPRESSION = new WeakMap<object, string>();

/** A reference whose members are references, however deep. */
export function reference<T>(expression: string): Ref<T> {
  const whole = `\${{ ${expression} }}`;
  const target = {};
  const proxy = new Proxy(target, {
    get(_target, key) {
      if (key === 'toString' || key === 'toJSON') return () => whole;
      if (key === Symbol.toPrimitive) return () => whole;
      // Not a promise, whatever it stands for.
      return typeof key === 'symbol' || key === 'then' ? undefined : reference(memberOf(expression, key));
    },
  });
  EXPRESSION.set(proxy, expression);
  return proxy as Ref<T>;
}

function memberOf(expression: string, key: string): string {
  if (/^\d+$/.test(key)) return `${expression}[${key}]`;
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)
    ? `${expression}.${key}`
    : `${expression}['${key.replaceAll("'", "''")}']`;
}

/** The expression that a reference stands for, without braces. Undefined for anything else. */
export function expressionOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? EXPRESSION.get(value) : undefined;
}

/**
 * An expression: `expr\`${a.outputs.rows} > 3\``. Values that are no references are written as literals, so that no text can
 * become code.
 */
export function expr<T = unknown>(parts: TemplateStringsArray, ...values: readonly unknown[]): Ref<T> {
  const text = parts.reduce((before, part, i) => `${before}${operand(values[i - 1])}${part}`);
  return reference<T>(text.trim());
}

function operand(value: unknown): string {
  const inner = expressionOf(value);
  if (inner !== undefined) return inner;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  throw new TypeError(
    `An expression takes references, texts, numbers, booleans and null, but not ${typeof value}.`,
  );
}
