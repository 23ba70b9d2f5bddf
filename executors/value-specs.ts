/** Declared fields of a form or of a signal's payload: the same types as a workflow's inputs. */
import { z } from 'zod';
import type { ValueSpec } from '../engine/core/plan.ts';

const TYPES = [
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

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const fieldName = z.string().regex(NAME, {
  error: 'expected a name of letters, digits, `_` and `-`, at most 64, not beginning with a digit',
});
const typeName = z.enum(TYPES, { error: `expected a type: ${TYPES.join(', ')}` });

const fullSpec = z
  .strictObject({
    type: typeName.describe('Type of the value.'),
    default: z.json().optional().describe('Value when none is given.'),
    required: z.boolean().optional().describe('Whether a value must be given. Default: false.'),
    description: z.string().optional().describe('What the value is for.'),
    enum: z.array(z.json()).min(1).optional().describe('The values that are taken.'),
    minimum: z.number().optional().describe('Smallest number.'),
    maximum: z.number().optional().describe('Largest number.'),
    pattern: z.string().max(500).optional().describe('Regular expression that a text must match somewhere.'),
  })
  .refine((spec) => spec.type !== 'enum' || spec.enum !== undefined, {
    error: '`type: enum` needs the list of values; add `enum: [VALUE, …]`',
  });

/** Field name → its type, or the full form. */
export const valueSpecs = z.record(fieldName, z.union([typeName, fullSpec]));

export function toValueSpecs(source: z.infer<typeof valueSpecs>): { [name: string]: ValueSpec } {
  // The schema has checked it: absent members are left out, as the type wants them.
  return Object.fromEntries(
    Object.entries(source).map(([name, spec]) => [
      name,
      (typeof spec === 'string' ? { type: spec } : spec) as ValueSpec,
    ]),
  );
}
