/** Reusable successes in memory. */
import type { CacheEntry, CacheStore } from '../ports/cache-store.ts';

export function createMemoryCacheStore({ now }: { readonly now: () => number }): CacheStore {
  const entries = new Map<string, { readonly entry: CacheEntry; readonly until: number }>();
  return {
    async get(key) {
      const found = entries.get(key);
      return found && found.until > now() ? structuredClone(found.entry) : undefined;
    },
    async put(key, entry, ttlMs) {
      entries.set(key, { entry: structuredClone(entry), until: now() + ttlMs });
    },
  };
}
