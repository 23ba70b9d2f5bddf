/**
 * Values against their declarations: inputs of a run, and declared outputs of a task. One definition serves the command
 * line, the API and the SDK. Pure. Problems are collected, not thrown one by one.
 */
import { matchesPattern } from './bounded-pattern.ts';
import { parseDuration } from './duration.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { ValueSpec } from './plan.ts';

/** What is wrong with one value. */
export interface ValueProblem {
  /** From the values' object: `rows`, `rows[3].name`. */
  readonly path: string;
  /** The rest of a sentence that begins with the path: `must be a whole number, but is "x"`. */
  readonly message: string;
}

export type Specs = { readonly [name: string]: ValueSpec };

/** Text longer than this is not matched against a pattern: a pattern may take exponential time. */
const MAX_MATCHED_LENGTH = 10_000;

/**
 * The inputs of a run: given values, else defaults, else null. A required input without value, a value that does not
 * fit, and a name that is not declared are problems. Durations, dates and times stay text as written.
 */
export function resolveInputs(
  specs: Specs,
  given: JsonObject,
): { readonly inputs: JsonObject } | { readonly problems: readonly ValueProblem[] } {
  const problems: ValueProblem[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(specs, name))
    .map((path) => ({ path, message: `is no input of this workflow; it has ${listOf(Object.keys(specs))}` }));
  const inputs: { [name: string]: Json } = Object.create(null);
  for (const [name, spec] of Object.entries(specs)) {
    const value = own(given, name) ?? spec.default ?? null;
    inputs[name] = value;
    if (value !== null) problems.push(...checkValue(spec, value, name));
    else if (spec.required) problems.push({ path: name, message: 'is required, but has no value' });
  }
  return problems.length > 0 ? { problems } : { inputs: { ...inputs } };
}

/**
 * Declared outputs against what a task wrote. An output that was not written takes its default, or is a problem, unless
 * `required: false`. Outputs that are not declared pass as they are.
 */
export function checkValues(
  specs: Specs,
  values: JsonObject,
): { readonly values: JsonObject } | { readonly problems: readonly ValueProblem[] } {
  const problems: ValueProblem[] = [];
  const checked: { [name: string]: Json } = { ...values };
  for (const [name, spec] of Object.entries(specs)) {
    const value = own(values, name) ?? spec.default;
    if (value !== undefined && value !== null) {
      checked[name] = value;
      problems.push(...checkValue(spec, value, name));
    } else if (value === undefined && spec.required !== false)
      problems.push({ path: name, message: 'is declared, but was not written' });
    else if (value === null && spec.required === true)
      problems.push({ path: name, message: 'is required, but is null' });
    else checked[name] = null;
  }
  return problems.length > 0 ? { problems } : { values: checked };
}

/**
 * What somebody filled in (a form, a signal's payload) against its fields: nothing that is not a field, all that is required,
 * each value as declared.
 */
export function checkFields(specs: Specs, values: JsonObject): ValueProblem[] {
  const unknown = Object.keys(values)
    .filter((name) => !Object.hasOwn(specs, name))
    .map((path) => ({ path, message: `is no field of it; the fields are ${listOf(Object.keys(specs))}` }));
  const known = Object.entries(specs).flatMap(([name, spec]) => {
    const value = own(values, name) ?? spec.default ?? null;
    if (value !== null) return checkValue(spec, value, name);
    return spec.required ? [{ path: name, message: 'is required, but has no value' }] : [];
  });
  return [...unknown, ...known];
}

function own(values: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.slice(0, 20).join(', ');
}

type TypeCheck = { readonly is: (value: Json, spec: ValueSpec) => boolean; readonly word: string };

/** One type is one row. */
const TYPES = {
  string: { is: (value) => typeof value === 'string', word: 'text' },
  integer: { is: (value) => Number.isSafeInteger(value), word: 'a whole number' },
  number: { is: (value) => typeof value === 'number' && Number.isFinite(value), word: 'a number' },
  boolean: { is: (value) => typeof value === 'boolean', word: 'true or false' },
  enum: { is: () => true, word: 'one of the values' },
  date: { is: (value) => typeof value === 'string' && isDate(value), word: 'a date such as 2014-03-01' },
  datetime: {
    is: (value) => typeof value === 'string' && isDateTime(value),
    word: 'a time such as 2014-03-01T06:00:00Z',
  },
  duration: {
    is: (value) => typeof value === 'string' && parseDuration(value) !== undefined,
    word: 'a duration such as 30s or 1h30m',
  },
  array: { is: (value) => Array.isArray(value), word: 'a list' },
  object: { is: (value) => isJsonObject(value), word: 'an object' },
} satisfies Partial<Record<ValueSpec['type'], TypeCheck>>;

const ROWS: ReadonlyMap<string, TypeCheck> = new Map(Object.entries(TYPES));

/** Problems of one value; none when it fits. `path` names the value in them. */
export function checkValue(spec: ValueSpec, value: Json, path: string): ValueProblem[] {
  const row = ROWS.get(spec.type);
  if (row && !row.is(value, spec)) return [{ path, message: `must be ${row.word}, but is ${shown(value)}` }];
  const bounds = boundProblems(spec, value).map((message) => ({ path, message }));
  return [...bounds, ...innerProblems(spec, value, path)];
}

function boundProblems({ enum: choices, minimum, maximum, pattern }: ValueSpec, value: Json): string[] {
  const problems: string[] = [];
  if (choices && !choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value))) {
    problems.push(`must be one of ${choices.slice(0, 20).map(shown).join(', ')}, but is ${shown(value)}`);
  }
  if (typeof value === 'number' && minimum !== undefined && value < minimum)
    problems.push(`must be at least ${minimum}, but is ${value}`);
  if (typeof value === 'number' && maximum !== undefined && value > maximum)
    problems.push(`must be at most ${maximum}, but is ${value}`);
  if (typeof value === 'string' && pattern !== undefined) problems.push(...patternProblems(pattern, value));
  return problems;
}

function patternProblems(pattern: string, value: string): string[] {
  const matches = value.length <= MAX_MATCHED_LENGTH && matchesPattern(pattern, value);
  if (matches === undefined)
    return [`cannot be compared with ${pattern} in reasonable time; simplify the pattern`];
  return matches ? [] : [`must match ${pattern}, but is ${shown(value)}`];
}

function innerProblems({ items, properties }: ValueSpec, value: Json, path: string): ValueProblem[] {
  if (items && Array.isArray(value))
    return value.flatMap((item: Json, i) => checkValue(items, item, `${path}[${i}]`));
  if (!properties || !isJsonObject(value)) return [];
  return Object.entries(properties).flatMap(([name, spec]) => {
    const member = own(value, name) ?? null;
    if (member !== null) return checkValue(spec, member, `${path}.${name}`);
    return spec.required ? [{ path: `${path}.${name}`, message: 'is required, but has no value' }] : [];
  });
}

/**
 * The value that a text stands for, as on a command line (`--input year=2014`): by the declared type, JSON for lists and
 * objects. Only the type is converted; `resolveInputs` checks the rest.
 */
export function parseInputText(
  spec: ValueSpec,
  text: string,
): { readonly value: Json } | { readonly problem: string } {
  switch (spec.type) {
    case 'integer':
    case 'number':
      return parseNumber(spec, text);
    case 'boolean':
      return text === 'true' || text === 'false'
        ? { value: text === 'true' }
        : { problem: `must be true or false, but is ${shown(text)}` };
    case 'enum':
      return { value: spec.enum?.find((choice) => String(choice) === text) ?? text };
    case 'array':
    case 'object':
      return parseJson(
        text,
        spec.type === 'array' ? 'a JSON list such as ["a", "b"]' : 'a JSON object such as {"a": 1}',
      );
    default:
      return { value: text };
  }
}

function parseNumber(
  { type }: ValueSpec,
  text: string,
): { readonly value: Json } | { readonly problem: string } {
  const isPlain = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text.trim());
  const value = Number(text);
  const isTaken = isPlain && (type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value));
  return isTaken
    ? { value }
    : { problem: `must be ${type === 'integer' ? 'a whole number' : 'a number'}, but is ${shown(text)}` };
}

function parseJson(text: string, expected: string): { readonly value: Json } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return { problem: `must be ${expected}, but is ${shown(text)}` };
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}):\d{2}(:\d{2}(\.\d+)?)?(Z|[-+]\d{2}:\d{2})$/.exec(text);
  return match !== null && isDate(match[1] ?? '') && !Number.isNaN(Date.parse(text));
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
