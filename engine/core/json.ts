/** A JSON value, the only kind of data that passes between tasks. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * A JSON value in which strings may hold `${{ }}` expressions.
 *
 * A string that is one whole expression resolves to the expression's typed value; inside text it becomes a string.
 */
export type Template = Json;

/** Whether the value is a JSON object (not null, not a list). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON text with object keys sorted, so that equal values give equal text. Used for content hashes. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) => {
    if (!isJsonObject(inner)) return inner;
    const keys = Object.keys(inner).sort();
    return Object.fromEntries(keys.map((key) => [key, inner[key]]));
  });
}
