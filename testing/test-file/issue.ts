/** What the schema finds in a test file, as diagnostics at their places. */

import { describeValue } from '../../dsl/describe-value.ts';
import type { DiagnosticCode } from '../../dsl/diagnostic-code.ts';
import type { Path } from '../../dsl/position.ts';
import { flatten, type Issue, pathOf, valueAt } from '../../dsl/schema-issue/union.ts';
import type { PathFinding, SourceDocument } from '../../dsl/source-document.ts';
import { alternatives, suggest } from '../../dsl/suggest.ts';
import { nearestName } from '../../engine/core/expression/nearest-name.ts';
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import { expectedWord } from '../../engine/core/schema-words.ts';
import { testFileJsonSchema } from './json-schema.ts';
import { BAD_DURATION } from './schema.ts';

/** What other tools call it, and what it is called here. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['cases', 'tests'],
  ['test', 'tests'],
  ['file', 'workflow'],
  ['mocks', 'stubs'],
  ['stub', 'stubs'],
  ['mock', 'stubs'],
  ['with_inputs', 'inputs'],
  ['assert', 'expect'],
  ['expected', 'expect'],
  ['expects', 'expect'],
  ['title', 'name'],
  ['events', 'timeline'],
  ['signals', 'timeline'],
  ['time', 'now'],
  ['error', 'fail'],
  ['failure', 'fail'],
  ['return', 'outputs'],
  ['returns', 'outputs'],
  ['output', 'outputs'],
  ['after', 'delay'],
  ['sleep', 'delay'],
  ['state', 'status'],
  ['nodes', 'tasks'],
]);

export function reportIssues(document: SourceDocument, issues: readonly Issue[]): void {
  const flat = issues.flatMap((one) => flatten(one, valueAt(document.data, pathOf(one.path))));
  // That a key is missing follows from its being misspelt.
  const misspelt = new Set(flat.flatMap(meantKeys).map((path) => path.join('\0')));
  for (const issue of flat.filter((one) => !misspelt.has(one.path.join('\0'))))
    for (const finding of findingsOf(document.data, issue)) document.error(finding);
}

/** Paths of the keys that were meant by unknown ones. */
function meantKeys(issue: Issue): Path[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const path = pathOf(issue.path);
  const known = keysAt(path);
  const meant = issue.keys.flatMap((key) => FOREIGN.get(key) ?? nearestName(key, known) ?? []);
  return meant.map((key) => [...path, key]);
}

function findingsOf(data: Json, issue: Issue): PathFinding[] {
  const path = pathOf(issue.path);
  const value = valueAt(data, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  if (value === undefined) return [missingKey(path)];
  if (value === null) return [empty(path)];
  const label = labelOf(path);
  const is = `${label} must be %, but this is ${describeValue(value)}.`;
  const at = (code: DiagnosticCode, expected: string, hint?: string): PathFinding[] => [
    { code, path, message: is.replace('%', expected), hint },
  ];
  if (issue.message === BAD_DURATION) return at('bad_duration', BAD_DURATION);
  if (issue.code === 'invalid_type') {
    if (typeof value === 'number' && DURATIONS.has(String(path.at(-1))))
      return at('bare_duration', BAD_DURATION, `Write ${value}s for seconds, or ${value}m for minutes.`);
    return at('wrong_type', expectedWord(issue.expected));
  }
  if (issue.code === 'invalid_value') {
    const hint = typeof value === 'string' ? suggest(value, issue.values.map(String)) : undefined;
    return at('wrong_value', `one of ${alternatives(issue.values)}`, hint);
  }
  return [{ code: 'out_of_range', path, message: `${label} does not fit: ${issue.message}.` }];
}

const DURATIONS: ReadonlySet<string> = new Set(['at', 'delay', 'duration', 'min', 'max', 'retry_after']);

function unknownKey(path: Path, key: string): PathFinding {
  const known = keysAt(path);
  const foreign = FOREIGN.get(key);
  const hint =
    foreign !== undefined && known.includes(foreign) ? `It is \`${foreign}\` here.` : suggest(key, known);
  const message = `A test file has no key \`${key}\` ${path.length === 0 ? 'at its top' : `in ${labelOf(path)}`}.`;
  return { code: 'unknown_key', path: [...path, key], onKey: true, message, hint };
}

function missingKey(path: Path): PathFinding {
  const key = String(path.at(-1));
  const message = `\`${key}\` is missing here.`;
  return { code: 'missing_key', path: path.slice(0, -1), message, hint: `Add \`${key}:\`.` };
}

function empty(path: Path): PathFinding {
  const hint = 'Give it a value, or remove it.';
  return { code: 'empty_value', path, message: `${labelOf(path)} has no value.`, hint };
}

/** The nearest key that has a name: `stubs.pay`, or `tests`. */
function labelOf(path: Path): string {
  const words = path.filter((step) => typeof step === 'string').slice(-2);
  return words.length === 0 ? 'A test file' : `\`${words.join('.')}\``;
}

/** The keys that the schema takes at a path, read from its JSON form. */
function keysAt(path: Path): string[] {
  let at: readonly Json[] = [testFileJsonSchema()];
  for (const step of path) at = at.flatMap((schema) => stepInto(schema, step));
  return [...new Set(at.flatMap(branches).flatMap((one) => keysOf(one['properties'])))];
}

function stepInto(schema: Json, step: string | number): Json[] {
  return branches(schema).flatMap((one) => {
    if (typeof step === 'number') return one['items'] === undefined ? [] : [one['items']];
    const { properties, additionalProperties } = one;
    if (isJsonObject(properties) && Object.hasOwn(properties, step)) return [properties[step] ?? null];
    return isJsonObject(additionalProperties) ? [additionalProperties] : [];
  });
}

function branches(schema: Json): { readonly [key: string]: Json }[] {
  if (!isJsonObject(schema)) return [];
  const inner = Array.isArray(schema['anyOf']) ? schema['anyOf'].flatMap(branches) : [];
  return [schema, ...inner];
}

function keysOf(properties: Json | undefined): string[] {
  return isJsonObject(properties) ? Object.keys(properties) : [];
}
