/** The cases of a `switch` task, as far as they are written out. */
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import type { Path } from './position.ts';
import type { TaskEntry } from './workflow-context.ts';

/** All names that the switch may choose, or undefined when they cannot be told. */
export function caseNamesOf(task: TaskEntry): string[] | undefined {
  const cases = casesOf(task);
  if (!cases) return undefined;
  const names = cases.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const fallback = task.source.with?.['default'];
  return typeof fallback === 'string' ? [...names, fallback] : names;
}

/** The entries of `cases` that are maps. */
export function casesOf(task: TaskEntry): JsonObject[] | undefined {
  const cases = task.source.with?.['cases'];
  return Array.isArray(cases) ? cases.filter(isJsonObject) : undefined;
}

/** Whether the option at the path is a case called `default`. */
export function isReservedCase(value: Json | undefined, [option, , key]: Path): boolean {
  return option === 'cases' && key === 'name' && value === 'default';
}
