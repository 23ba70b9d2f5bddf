/** A token as the public contract has it: what it may do, never itself. */
import type { StoredToken } from '../engine/ports/token-store.ts';

export type PlainToken = Omit<StoredToken, 'hash'>;

export function tokenLineOf({ id, name, grants, createdAt, createdBy, expiresAt, lastUsedAt }: PlainToken) {
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
