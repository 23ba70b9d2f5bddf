/** Who the caller is, and what it may do where: what a page needs to know before it offers anything. */
import { z } from 'zod';
import { ROLES } from '../../engine/core/access/role.ts';
import { operation } from '../operation.ts';

const role = z.enum(ROLES);

export const getAccess = operation({
  id: 'getAccess',
  method: 'get',
  path: '/api/v1/access',
  role: 'token',
  tag: 'Access',
  summary: 'Get who you are, and the namespaces that you may see',
  reply: z
    .object({
      format: z.literal(1),
      kind: z.enum(['token', 'user', 'local', 'webhook']),
      name: z.string().describe('Of the token.'),
      id: z.string().nullable().describe('Of the token; null where none was needed.'),
      everywhere: role.nullable().describe('The role in all namespaces; null for none.'),
      namespaces: z
        .array(z.object({ name: z.string(), role }))
        .describe(
          'Those that are granted, and with a role everywhere those that have workflows or recent runs.',
        ),
    })
    .meta({ id: 'Access' }),
});
