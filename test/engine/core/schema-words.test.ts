import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schemaWords } from '../../../engine/core/schema-words.ts';

const small = z.strictObject({
  name: z.string().min(1).max(3),
  size: z.int().min(1).max(5).optional(),
});

/** What zod would say itself begins with one of these. */
const ZODS_OWN = /Invalid|Too (small|big)|Unrecognized|expected/;

const MISTAKES: readonly (readonly [string, z.ZodType, unknown, string])[] = [
  ['a missing field', small, {}, 'is missing; it must be text'],
  ['another kind', small, { name: 3 }, 'must be text'],
  ['an empty text', small, { name: '' }, 'must not be empty'],
  ['a long text', small, { name: 'four' }, 'must have at most 3 characters'],
  ['a small number', small, { name: 'a', size: 0 }, 'must be at least 1'],
  ['a large number', small, { name: 'a', size: 6 }, 'must be at most 5'],
  ['a fraction', small, { name: 'a', size: 1.5 }, 'must be a whole number'],
  ['a number that must be more', z.number().gt(0), 0, 'must be more than 0'],
  ['another multiple', z.number().multipleOf(5), 3, 'must be a multiple of 5'],
  ['a field too many', small, { name: 'a', nam: 1 }, 'has no field `nam`; remove or correct it'],
  ['fields too many', small, { name: 'a', b: 1, c: 1 }, 'has no field `b` or `c`; remove or correct them'],
  ['none of the choices', z.enum(['on', 'off']), 'of', 'must be one of on or off'],
  ['not the one', z.literal(1), 2, 'must be 1'],
  ['too few entries', z.array(z.string()).min(2), ['a'], 'must have at least 2 entries'],
  ['too many entries', z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entry'],
  [
    'none of several kinds',
    z.union([z.string(), z.boolean()]),
    3,
    'must be text or must be `true` or `false`',
  ],
  ['a time of another form', z.iso.datetime(), 'now', 'must be a time such as 2026-01-31T12:00:00Z'],
  ['text of another form', z.string().regex(/^a+$/), 'b', 'has another form than it must have'],
  [
    'a name that is none',
    z.record(z.string().min(2), z.int()),
    { a: 1 },
    'has a name that it cannot have: must have at least 2 characters',
  ],
  ['an entry that is none', z.map(z.int(), z.int()), new Map([[1, 1.5]]), 'must be a whole number'],
  ['what the schema words itself', z.string().regex(/^a+$/, 'must be only a'), 'b', 'must be only a'],
];

describe('what is wrong with a value', () => {
  it.each(MISTAKES)('%s', (_, schema, value, words) => {
    const messages = schema
      .safeParse(value, { error: schemaWords })
      .error?.issues.map(({ message }) => message);
    expect(messages).toEqual([words]);
    expect(messages?.join('')).not.toMatch(ZODS_OWN);
  });
});
