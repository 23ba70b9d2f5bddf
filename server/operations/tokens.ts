/** API tokens: who may call, and what they may do. */
import { z } from 'zod';
import { ALL_NAMESPACES, ROLES } from '../../engine/core/access/role.ts';
import { name } from '../contract/names.ts';
import { operation } from '../operation.ts';

const tag = 'Access';

const grants = z
  .record(z.union([name, z.literal(ALL_NAMESPACES)]), z.enum(ROLES))
  .refine((given) => Object.keys(given).length > 0, 'must grant something')
  .refine((given) => Object.keys(given).length <= 100, 'must grant no more than 100 roles')
  .describe('Namespace, or `*` for all → role.');
const label = z
  .string()
  .regex(/^[^\p{Cc}]{1,100}$/u, 'must have 1 to 100 characters and no control characters')
  .describe('What it is for.');
const tokenId = z.string().regex(/^[0-9a-f]{16}$/, 'must be the id of a token, 16 hexadecimal digits');

export const token = z
  .object({
    id: tokenId,
    name: z.string(),
    grants: z.record(z.string(), z.enum(ROLES)),
    created_at: z.string(),
    created_by: z.string(),
    expires_at: z.string().nullable(),
    last_used_at: z.string().nullable().describe('To about a minute.'),
  })
  .meta({ id: 'Token' });

export const listTokens = operation({
  id: 'listTokens',
  method: 'get',
  path: '/api/v1/tokens',
  role: 'admin',
  tag,
  summary: 'List tokens',
  description: 'What they may do and when they were used; never the tokens themselves.',
  reply: z.object({ format: z.literal(1), tokens: z.array(token) }),
});

export const createToken = operation({
  id: 'createToken',
  method: 'post',
  path: '/api/v1/tokens',
  role: 'admin',
  tag,
  summary: 'Make a token',
  description: '`token` is given in this answer only and stored nowhere.',
  body: z.strictObject({
    name: label,
    grants,
    expires_in: z
      .int()
      .min(1_000)
      .max(315_360_000_000)
      .optional()
      .describe('How long it is good, ms. Default: for ever.'),
  }),
  status: 201,
  reply: token.extend({ token: z.string() }),
});

export const revokeToken = operation({
  id: 'revokeToken',
  method: 'delete',
  path: '/api/v1/tokens/{token}',
  role: 'admin',
  tag,
  summary: 'Revoke a token',
  description: 'Takes effect with the next request.',
  params: z.object({ token: tokenId }),
  status: 204,
});
