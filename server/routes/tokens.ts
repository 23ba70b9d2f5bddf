/** API tokens. */
import { createToken, listTokens, revokeToken } from '../operations/tokens.ts';
import { type Route, route } from '../route.ts';
import { tokenLineOf } from '../token-line.ts';

export const tokenRoutes: readonly Route[] = [
  route(listTokens)(async (_, { tokens }) => ({
    body: { format: 1 as const, tokens: (await tokens.list()).map(tokenLineOf) },
  })),
  route(createToken)(async ({ body, by }, { tokens, clock }) => {
    const { name, grants, expires_in } = body;
    const expiry = expires_in === undefined ? {} : { expiresAt: clock.now() + expires_in };
    const { text, record } = await tokens.create({ name, grants, createdBy: by ?? 'unknown', ...expiry });
    return { body: { ...tokenLineOf(record), token: text } };
  }),
  route(revokeToken)(async ({ params }, { tokens }) => {
    await tokens.revoke(params.token);
    return { body: undefined };
  }),
];
