/** What an expression can see. Levels may be lazy, so that touching one task does not convert ten thousand others. */
import type { Json } from '../json.ts';

/**
 * One level of lazily read values, such as the tasks of a run. A `Map` is a Lookup.
 *
 * `get` answers undefined for what is not there. It may throw an `EvaluationError` that explains why a value is
 * absent; whatever else it throws passes through `evaluate` unchanged.
 */
export interface Lookup {
  get(key: string): ScopeValue | undefined;
  keys(): Iterable<string>;
}

export type ScopeValue = Json | Lookup;

/** The contexts by name (`inputs`, `tasks`, …); undefined means that there is no such context here. */
export type Scope = Lookup & {
  /** What `now()` answers, ms since 1970. Fixed for the node, so that preparing it again gives the same. */
  readonly now: number;
};

/** Whether the value is read through its methods. JSON has no functions, so plain data never looks like this. */
export function isLookup(value: unknown): value is Lookup {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return (
    typeof (value as Partial<Lookup>).get === 'function' &&
    typeof (value as Partial<Lookup>).keys === 'function'
  );
}
