/** API tokens. */
import type { StoredToken } from '../../engine/ports/token-store.ts';
import { createToken, listTokens, revokeToken } from '../operations/tokens.ts';
import { type Route, route } from '../route.ts';

export const tokenRoutes: readonly Route[] = [
  route(listTokens)(async (_, { tokens }) => ({
    body: { format: 1 as const, tokens: (await tokens.list()).map(shown) },
  })),
  route(createToken)(async ({ body, by }, { tokens, clock }) => {
    const { name, grants, expires_in } = body;
    const expiry = expires_in === undefined ? {} : { expiresAt: clock.now() + expires_in };
    const { text, record } = await tokens.create({ name, grants, createdBy: by ?? 'unknown', ...expiry });
    return { body: { ...shown(record), token: text } };
  }),
  route(revokeToken)(async ({ params }, { tokens }) => {
    await tokens.revoke(params.token);
    return { body: undefined };
  }),
];

function shown({ id, name, grants, createdAt, createdBy, expiresAt, lastUsedAt }: StoredToken) {
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    id,
    name,
    grants,
    created_at: new Date(createdAt).toISOString(),
    created_by: createdBy,
    expires_at: time(expiresAt),
    last_used_at: time(lastUsedAt),
  };
}
