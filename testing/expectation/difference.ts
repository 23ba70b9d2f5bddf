/** The first place at which two JSON values differ, in words. */
import { canonicalJson, isJsonObject, type Json } from '../../engine/core/json.ts';

/** `outputs.rows[2]: expected 3, but it is 4`; undefined when they are equal. */
export function firstDifference(expected: Json, actual: Json | undefined, name: string): string | undefined {
  if (actual === undefined) return `${name}: expected ${shown(expected)}, but there is none`;
  if (canonicalJson(expected) === canonicalJson(actual)) return undefined;
  return (
    inLists(expected, actual, name) ?? inObjects(expected, actual, name) ?? plainly(expected, actual, name)
  );
}

function inLists(expected: Json, actual: Json, name: string): string | undefined {
  if (!Array.isArray(expected) || !Array.isArray(actual)) return undefined;
  for (const [i, item] of expected.entries()) {
    const found = firstDifference(item, actual[i], `${name}[${i}]`);
    if (found !== undefined) return found;
  }
  return `${name}: expected ${expected.length} items, but there are ${actual.length}`;
}

function inObjects(expected: Json, actual: Json, name: string): string | undefined {
  if (!isJsonObject(expected) || !isJsonObject(actual)) return undefined;
  for (const [key, value] of Object.entries(expected)) {
    const found = firstDifference(
      value,
      Object.hasOwn(actual, key) ? actual[key] : undefined,
      `${name}.${key}`,
    );
    if (found !== undefined) return found;
  }
  const more = Object.keys(actual).filter((key) => !Object.hasOwn(expected, key));
  return `${name}: has ${more.join(', ')}, which was not expected`;
}

function plainly(expected: Json, actual: Json, name: string): string {
  const hint =
    typeof expected !== typeof actual && String(expected) === String(actual)
      ? ` (${kindOf(expected)} was expected, this is ${kindOf(actual)})`
      : '';
  return `${name}: expected ${shown(expected)}, but it is ${shown(actual)}${hint}`;
}

function kindOf(value: Json): string {
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

export function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
