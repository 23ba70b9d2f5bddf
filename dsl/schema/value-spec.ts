/** `inputs` and declared `outputs`: the type of a value and what else it must keep to. */
import { z } from 'zod';
import type { ValueSpec } from '../../engine/core/plan.ts';
import { anyJson, description, name } from './common.ts';

export const VALUE_TYPES = [
  'string',
  'integer',
  'number',
  'boolean',
  'enum',
  'date',
  'datetime',
  'duration',
  'array',
  'object',
] as const satisfies readonly ValueSpec['type'][];

const typeName = z.enum(VALUE_TYPES);

const fullSpec = z
  .strictObject({
    type: typeName.describe('Type of the value.'),
    default: anyJson.optional().describe('Value when none is given.'),
    required: z
      .boolean()
      .optional()
      .describe('Whether a value must be given. Default: false; a missing value is null.'),
    description: description.optional().describe('What the value is for.'),
    enum: z.array(anyJson).min(1).optional().describe('The values that are taken. Needed by `type: enum`.'),
    minimum: z.number().optional().describe('Smallest number.'),
    maximum: z.number().optional().describe('Largest number.'),
    pattern: z.string().max(500).optional().describe('Regular expression that a text must match somewhere.'),
    get items() {
      return valueSpec.optional().describe('What each item of an array must be.');
    },
    get properties() {
      return z.record(name, valueSpec).optional().describe('What the members of an object must be.');
    },
  })
  .describe('A type and what else the value must keep to.');

/** The full form, or only the type's name. */
export const valueSpec: z.ZodType<ValueSpec | ValueSpec['type']> = z.union([
  typeName.describe('Short for `{ type: … }`.'),
  z.lazy(() => fullSpec) as unknown as z.ZodType<ValueSpec>,
]);

export type ValueSpecSource = ValueSpec | ValueSpec['type'];

/** The full form of a declaration. */
export function toValueSpec(source: ValueSpecSource): ValueSpec {
  if (typeof source === 'string') return { type: source };
  const { items, properties } = source as ValueSpec & { items?: ValueSpecSource };
  const entries = Object.entries((properties ?? {}) as { readonly [name: string]: ValueSpecSource });
  return {
    ...source,
    ...(items === undefined ? {} : { items: toValueSpec(items) }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(entries.map(([key, one]) => [key, toValueSpec(one)])) }),
  };
}
