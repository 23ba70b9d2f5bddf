/** Finds in the JSON Schema of workflow files what may stand at a place. Pure. */

export interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: { readonly [key: string]: Schema };
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly $ref?: string;
  readonly definitions?: { readonly [name: string]: Schema };
}

/** All schemas that may hold at the path. `uses` decides between those of the executors. */
export function schemasAt(root: Schema, path: readonly string[], uses?: string): readonly Schema[] {
  let found = expand(root, root, uses);
  for (const part of path)
    found = found.flatMap((schema) => step(schema, part)).flatMap((schema) => expand(root, schema, uses));
  return found;
}

/** Keys that a map there may have, with their schemas. */
export function keysOf(schemas: readonly Schema[]): ReadonlyMap<string, Schema> {
  const keys = new Map<string, Schema>();
  for (const { properties = {} } of schemas)
    for (const [key, schema] of Object.entries(properties))
      if (keys.get(key)?.description === undefined) keys.set(key, schema);
  return keys;
}

/** Values that are named one by one. */
export function valuesOf(schemas: readonly Schema[]): readonly string[] {
  const values = schemas.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...(schema.const === undefined ? [] : [schema.const]),
    ...(schema.type === 'boolean' ? [true, false] : []),
  ]);
  return [...new Set(values.map(String))];
}

/** Words for what may stand there: `text`, `a list`, `one of a, b`. */
export function typesOf(schemas: readonly Schema[]): readonly string[] {
  const named = valuesOf(schemas);
  const types = schemas.flatMap(({ type, enum: choices, const: only }) =>
    type === undefined || choices !== undefined || only !== undefined ? [] : [type].flat(),
  );
  const words = [...new Set(types)]
    .filter((type) => type !== 'boolean')
    .map((type) => TYPE_WORDS[type] ?? type);
  return [
    ...words,
    ...(named.length === 0 ? [] : [named.length === 1 ? named.join() : `one of ${named.join(', ')}`]),
  ];
}

const TYPE_WORDS: { readonly [type: string]: string } = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
};

/** A schema with all its branches, references followed. */
function expand(root: Schema, schema: Schema, uses: string | undefined, depth = 0): Schema[] {
  if (depth > 12) return [];
  const more = (one: Schema) => expand(root, one, uses, depth + 1);
  const name = schema.$ref?.replace('#/definitions/', '');
  const target = name === undefined ? undefined : root.definitions?.[name];
  const described = schema.description === undefined ? {} : { description: schema.description };
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const then = schema.then !== undefined && asksFor(schema.if, uses) ? [schema.then] : [];
  return [schema, ...[...(target ? [{ ...target, ...described }] : []), ...branches, ...then].flatMap(more)];
}

function asksFor(condition: Schema | undefined, uses: string | undefined): boolean {
  return uses !== undefined && condition?.properties?.['uses']?.const === uses;
}

function step({ properties, additionalProperties, items }: Schema, part: string): readonly Schema[] {
  if (part === '[]') return items === undefined ? [] : ([items].flat() as Schema[]);
  if (properties !== undefined && Object.hasOwn(properties, part)) return [properties[part] ?? {}];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
