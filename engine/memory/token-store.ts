/** What is known of API tokens, in memory. */
import type { StoredToken, TokenStore } from '../ports/token-store.ts';

export function createMemoryTokenStore(): TokenStore {
  const tokens = new Map<string, StoredToken>();
  return {
    async create(record) {
      if (tokens.has(record.id)) return false;
      tokens.set(record.id, structuredClone(record));
      return true;
    },
    get: async (id) => structuredClone(tokens.get(id)),
    remove: async (id) => tokens.delete(id),
    list: async () => [...tokens.values()].sort(byCreation).map((token) => structuredClone(token)),
    async touch(id, at) {
      const token = tokens.get(id);
      if (token) tokens.set(id, { ...token, lastUsedAt: at });
    },
  };
}

function byCreation(a: StoredToken, b: StoredToken): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
