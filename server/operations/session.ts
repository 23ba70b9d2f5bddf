/** Signing in with a browser. */
import { z } from 'zod';
import { operation } from '../operation.ts';

const tag = 'Access';
const path = '/api/v1/session';

export const openPageSession = operation({
  id: 'openSession',
  method: 'post',
  path,
  role: 'public',
  tag,
  summary: 'Sign a browser in with a token',
  description:
    'Sets a cookie that scripts cannot read, and gives a key that pages send along as `X-Sluice-Page`: neither is worth anything ' +
    'without the other. Programs send `Authorization: Bearer …` instead.',
  body: z.strictObject({ token: z.string().min(1).max(200) }),
  reply: z
    .object({ key: z.string(), name: z.string().describe('Name of the token.') })
    .meta({ id: 'PageSession' }),
});

export const closePageSession = operation({
  id: 'closeSession',
  method: 'delete',
  path,
  role: 'public',
  tag,
  summary: 'Sign a browser out',
  status: 204,
});
