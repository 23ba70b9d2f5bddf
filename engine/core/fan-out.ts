/** The items of a fan-out: a list (`foreach`) or combinations (`matrix`). Pure and deterministic, so never stored. */

import type { TaskError } from './errors.ts';
import { resolveTemplate, type Scope } from './expression/index.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { FailureBudget, FanOut } from './plan.ts';

/** Nodes that one fan-out may have. */
export const MAX_ITEMS = 100_000;

export type ItemsReply = { readonly items: readonly Json[] } | { readonly error: TaskError };

/** The items, or why there are none. Expression errors are thrown as they come. */
export function fanOutItems(fanOut: FanOut, scope: Scope): ItemsReply {
  if (fanOut.kind === 'matrix') return matrixItems(fanOut, scope);
  const items = resolveTemplate(fanOut.items, scope);
  if (!Array.isArray(items)) {
    return { error: { code: 'expression_error', message: `foreach needs a list, got ${kindOf(items)}` } };
  }
  return bounded(items);
}

function bounded(items: readonly Json[]): ItemsReply {
  if (items.length <= MAX_ITEMS) return { items };
  const message = `the fan-out has ${items.length} items; at most ${MAX_ITEMS} are allowed. Group items, or split the workflow`;
  return { error: { code: 'too_many_items', message } };
}

function matrixItems(fanOut: FanOut & { kind: 'matrix' }, scope: Scope): ItemsReply {
  let combinations: JsonObject[] = [{}];
  for (const { name, values } of fanOut.axes) {
    const list = resolveTemplate(values, scope);
    if (!Array.isArray(list)) {
      return {
        error: { code: 'expression_error', message: `matrix axis ${name} needs a list, got ${kindOf(list)}` },
      };
    }
    if (combinations.length * list.length > MAX_ITEMS)
      return bounded({ length: combinations.length * list.length } as Json[]);
    combinations = combinations.flatMap((left) => list.map((value: Json) => ({ ...left, [name]: value })));
  }
  if (fanOut.axes.length === 0) combinations = [];
  const exclude = objects(resolveTemplate(fanOut.exclude, scope));
  const kept = combinations.filter(
    (one) => !exclude.some((pattern) => agrees(one, pattern, Object.keys(pattern))),
  );
  const axes = fanOut.axes.map((axis) => axis.name);
  return bounded(
    objects(resolveTemplate(fanOut.include, scope)).reduce((all, one) => included(all, one, axes), kept),
  );
}

/** GitHub's rule: an include joins each combination that agrees on the axes it names, else it is one more. */
function included(all: readonly JsonObject[], one: JsonObject, axes: readonly string[]): JsonObject[] {
  const named = axes.filter((axis) => Object.hasOwn(one, axis));
  const fits = (combination: JsonObject) => named.length > 0 && agrees(combination, one, named);
  if (!all.some(fits)) return [...all, one];
  return all.map((combination) => (fits(combination) ? { ...one, ...combination } : combination));
}

function agrees(combination: JsonObject, pattern: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => JSON.stringify(combination[key]) === JSON.stringify(pattern[key]));
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
