/** What people type into the fields of a form, as the values that the declaration of the field asks for. Pure. */
import type { Field } from './queries.ts';

/** As it is typed; the empty text is no value. */
export type Typed = { readonly [name: string]: string };

export interface Read {
  /** What differs from the defaults. */
  readonly values: { readonly [name: string]: unknown };
  /** By name of the field; what the server would not even understand. */
  readonly problems: ReadonlyMap<string, string>;
}

/** How a field begins. */
export function textOf(field: Field): string {
  const given = field.default;
  if (given === undefined || given === null) return '';
  return typeof given === 'string' ? given : JSON.stringify(given, null, isJson(field) ? 2 : 0);
}

export function readTyped(fields: { readonly [name: string]: Field }, typed: Typed): Read {
  const values: { [name: string]: unknown } = {};
  const problems = new Map<string, string>();
  for (const [name, field] of Object.entries(fields)) {
    const text = typed[name] ?? '';
    if (text === textOf(field)) {
      if (text === '' && field.required === true) problems.set(name, 'is required.');
      continue;
    }
    const value = readText(field, text);
    if (value === undefined) problems.set(name, problemOf(field));
    else values[name] = value;
  }
  return { values, problems };
}

/** As `--input NAME=TEXT` of the command line takes it. */
export function inputFlags({ values }: Pick<Read, 'values'>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    '--input',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
}

export function isJson({ type }: Field): boolean {
  return type === 'array' || type === 'object' || type === 'any';
}

/** Undefined: it is nothing of that type. */
function readText(field: Field, text: string): unknown {
  if (text === '') return null;
  if (field.type === 'integer' || field.type === 'number') {
    const number = Number(text);
    return Number.isFinite(number) ? number : undefined;
  }
  if (field.type === 'boolean') return text === 'true';
  if (field.type === 'enum') return (field.enum ?? []).find((one) => choiceText(one) === text) ?? text;
  if (field.type === 'datetime' && !Number.isNaN(Date.parse(text)) && !/(Z|[+-]\d\d:\d\d)$/i.test(text))
    return new Date(text).toISOString();
  if (!isJson(field)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function choiceText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function problemOf({ type }: Field): string {
  if (type === 'array') return 'must be a list in JSON, such as ["a", "b"].';
  if (type === 'object') return 'must be an object in JSON, such as {"a": 1}.';
  return type === 'any' ? 'must be JSON.' : 'must be a number.';
}
