/** Reusable successes on Redis: one string that expires per key. */
import type { CacheEntry, CacheStore } from '../ports/cache-store.ts';
import type { Connections } from './connection.ts';

export function createRedisCacheStore({ keys, call }: Connections): CacheStore {
  return {
    async get(key) {
      const json = await call('get', [keys.cached(key)]);
      return typeof json === 'string' ? (JSON.parse(json) as CacheEntry) : undefined;
    },
    async put(key, entry, ttlMs) {
      await call('set', [keys.cached(key), JSON.stringify(entry), 'PX', Math.max(1, Math.ceil(ttlMs))]);
    },
  };
}
