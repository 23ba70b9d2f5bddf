import {
  type EvaluationError,
  evaluate,
  parseExpression,
  type Scope,
} from '../../../../engine/core/expression/index.ts';
import type { Json } from '../../../../engine/core/json.ts';

/** 2026-01-31T09:30:00Z, a Saturday. */
export const NOW = Date.UTC(2026, 0, 31, 9, 30);

/** A scope of plain data by context name. */
export function aScope(contexts: { readonly [name: string]: Json } = {}): Scope {
  const map = new Map(Object.entries(contexts));
  return { get: (key) => map.get(key), keys: () => map.keys(), now: NOW };
}

export function resultOf(source: string, contexts: { readonly [name: string]: Json } = {}): Json {
  return evaluate(parseExpression(source), aScope(contexts));
}

/** What evaluating throws; fails where it does not throw. */
export function errorOf(source: string, contexts: { readonly [name: string]: Json } = {}): EvaluationError {
  return thrownBy(() => resultOf(source, contexts)) as EvaluationError;
}

export function thrownBy(action: () => unknown): unknown {
  let value: unknown;
  try {
    value = action();
  } catch (thrown) {
    return thrown;
  }
  throw new Error(`nothing was thrown; the value is ${JSON.stringify(value)?.slice(0, 200)}`);
}
