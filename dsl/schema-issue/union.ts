/** Of a union's branches, the one that the author meant. */
import type { z } from 'zod';
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import { expectedWord } from '../../engine/core/schema-words.ts';
import type { Path } from '../position.ts';
import { alternatives } from '../suggest.ts';

export type Issue = z.core.$ZodIssue;

export function pathOf(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}

/** The value at a path; undefined where there is none. */
export function valueAt(data: Json, path: Path): Json | undefined {
  let value: Json | undefined = data;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isJsonObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
}

/** Of a union's branches, the one whose kind of value was written; without one, all kinds that are taken. */
export function flatten(issue: Issue, value: Json | undefined): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((branch) =>
    branch.flatMap((inner) =>
      flatten(inner, value === undefined ? undefined : valueAt(value, pathOf(inner.path))),
    ),
  );
  const fitting = branches.filter((branch) => !branch.some(isOfAnotherKind));
  const meant =
    fitting.sort((a, b) => a.length - b.length)[0] ?? branches.find((branch) => isChoiceFor(branch, value));
  if (meant) return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }) as Issue);
  const kinds = branches.flatMap((branch) => branch.filter(isOfAnotherKind).map(kindOf));
  return [{ ...issue, code: 'invalid_type', expected: [...new Set(kinds)].join(' or ') } as unknown as Issue];
}

function isOfAnotherKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function isChoiceFor(branch: readonly Issue[], value: Json | undefined): boolean {
  return (
    typeof value === 'string' &&
    branch.some((issue) => issue.path.length === 0 && issue.code === 'invalid_value')
  );
}

function kindOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `one of ${alternatives(issue.values)}`;
  return issue.code === 'invalid_type' ? expectedWord(issue.expected) : 'another value';
}
