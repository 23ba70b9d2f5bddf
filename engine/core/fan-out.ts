/** The items of a fan-out: a list (`foreach`) or combinations (`matrix`). Pure and deterministic, so never stored. */

import type { TaskError } from './errors.ts';
import { resolveTemplate, type Scope } from './expression/index.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from './json.ts';
import type { FailureBudget, FanOut } from './plan.ts';

/** Nodes that one fan-out may have. */
export const MAX_ITEMS = 100_000;

export type ItemsReply = { readonly items: readonly Json[] } | { readonly error: TaskError };

/** Fan-outs whose items follow from expressions alone, so that they can be derived again at any time. */
export type DerivedFanOut = Extract<FanOut, { kind: 'foreach' | 'matrix' }>;

export function isDerived(fanOut: FanOut): fanOut is DerivedFanOut {
  return fanOut.kind === 'foreach' || fanOut.kind === 'matrix';
}

/** The items, or why there are none. Expression errors are thrown as they come. */
export function fanOutItems(fanOut: DerivedFanOut, scope: Scope): ItemsReply {
  if (fanOut.kind === 'matrix') return matrixItems(fanOut, scope);
  const items = resolveTemplate(fanOut.items, scope);
  if (!Array.isArray(items)) {
    return { error: { code: 'expression_error', message: `foreach needs a list, got ${kindOf(items)}` } };
  }
  return bounded(items);
}

function tooMany(count: number): ItemsReply {
  const message = `the fan-out has ${count} items; at most ${MAX_ITEMS} are allowed. Group items, or split the workflow`;
  return { error: { code: 'too_many_items', message } };
}

function bounded(items: readonly Json[]): ItemsReply {
  return items.length <= MAX_ITEMS ? { items } : tooMany(items.length);
}

function matrixItems(fanOut: FanOut & { kind: 'matrix' }, scope: Scope): ItemsReply {
  let combinations: JsonObject[] = fanOut.axes.length > 0 ? [{}] : [];
  for (const { name, values } of fanOut.axes) {
    const list = resolveTemplate(values, scope);
    if (!Array.isArray(list)) {
      return {
        error: { code: 'expression_error', message: `matrix axis ${name} needs a list, got ${kindOf(list)}` },
      };
    }
    const count = combinations.length * list.length;
    if (count > MAX_ITEMS) return tooMany(count);
    combinations = combinations.flatMap((left) => list.map((value: Json) => ({ ...left, [name]: value })));
  }
  const exclude = objects(resolveTemplate(fanOut.exclude, scope));
  const kept = combinations.filter(
    (one) => !exclude.some((pattern) => agrees(one, pattern, Object.keys(pattern))),
  );
  const axes = fanOut.axes.map((axis) => axis.name);
  return bounded(withIncluded(kept, objects(resolveTemplate(fanOut.include, scope)), axes));
}

/**
 * GitHub's rule: an include joins every combination of the axes that it does not contradict, and may replace what an
 * earlier include brought; when there is none, it is one more combination, which later ones do not join.
 */
function withIncluded(
  combinations: readonly JsonObject[],
  includes: readonly JsonObject[],
  axes: readonly string[],
): JsonObject[] {
  const joined = [...combinations];
  const added: JsonObject[] = [];
  for (const one of includes) {
    const named = axes.filter((axis) => Object.hasOwn(one, axis));
    let fits = false;
    for (const [i, combination] of joined.entries()) {
      if (!agrees(combination, one, named)) continue;
      joined[i] = { ...combination, ...one };
      fits = true;
    }
    if (!fits) added.push(one);
  }
  return [...joined, ...added];
}

function agrees(combination: JsonObject, pattern: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => sameValue(ownValue(combination, key), ownValue(pattern, key)));
}

function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}

function objects(value: Json): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** How many nodes may fail before the fan-out does. */
export function allowedFailures(budget: FailureBudget, total: number): number {
  return 'count' in budget ? budget.count : Math.floor((budget.percent * total) / 100);
}
