/** The audit log: who changed what. */
import { z } from 'zod';
import { page, queryNumber, wholeNumber } from '../contract/names.ts';
import { operation } from '../operation.ts';

const tag = 'Access';
const text = z.string().max(500).optional();

const end = z.object({ n: z.int(), hash: z.string() });

const record = z
  .object({
    n: z.int(),
    at: z.number().describe('ms since 1970.'),
    who: z.object({
      kind: z.enum(['token', 'user', 'local', 'webhook']),
      id: z.string().optional(),
      name: z.string(),
      address: z.string().optional(),
    }),
    action: z.string(),
    object: z.string(),
    namespace: z.string().optional(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    asked: z.string().optional(),
    request: z.string().optional(),
    failed: z.object({ of: z.int(), code: z.string() }).optional(),
  })
  .meta({ id: 'AuditRecord' });

export const listAudit = operation({
  id: 'listAudit',
  method: 'get',
  path: '/api/v1/audit',
  role: 'admin',
  tag,
  summary: 'List changes, newest first',
  query: page.extend({
    limit: queryNumber(50, 1_000),
    cursor: wholeNumber.optional().describe('`next` of an earlier page: go on there.'),
    namespace: text,
    action: text.describe('`run.cancel`, or `run` for all of runs.'),
    object: text,
    who: text.describe('Name or id of a token, or a user.'),
  }),
  reply: z.object({ format: z.literal(1), records: z.array(record), next: z.string().nullable() }),
});

export const verifyAudit = operation({
  id: 'verifyAudit',
  method: 'get',
  path: '/api/v1/audit/verify',
  role: 'admin',
  tag,
  summary: 'Check that no record was changed, removed or moved',
  query: z.strictObject({
    noted: z
      .string()
      .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'must be a head, n:hash')
      .optional()
      .describe('A head that was noted before, `n:hash`.'),
  }),
  reply: z.object({
    format: z.literal(1),
    whole: z.boolean(),
    records: z.int(),
    head: end,
    anchor: end,
    problems: z.array(z.object({ n: z.int(), problem: z.enum(['changed', 'removed', 'moved', 'added']) })),
  }),
});
