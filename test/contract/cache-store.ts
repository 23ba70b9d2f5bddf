/** The contract of the cache of reusable successes: engine/ports/cache-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import type { CacheEntry, CacheStore } from '../../engine/ports/cache-store.ts';

export interface CacheStoreSubject {
  readonly cache: CacheStore;
  /** Lets time pass for the store. */
  readonly advance: (ms: number) => Promise<void>;
  close(): Promise<void>;
}

const ENTRY: CacheEntry = { run: '01J8ZQ4T9W0000000000000000', at: 5, result: { outputs: { n: 1 } } };

export function cacheStoreContract(name: string, make: () => Promise<CacheStoreSubject>): void {
  describe(`cache store contract: ${name}`, () => {
    const subjects: CacheStoreSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('gives back what was put under the key, the last of it', async () => {
      const { cache } = await open();
      expect(await cache.get('k')).toBeUndefined();
      await cache.put('k', ENTRY, 60_000);
      expect(await cache.get('k')).toEqual(ENTRY);
      await cache.put('k', { ...ENTRY, at: 6 }, 60_000);
      expect(await cache.get('k')).toMatchObject({ at: 6 });
      expect(await cache.get('other')).toBeUndefined();
    });

    it('forgets it after its time', async () => {
      const { cache, advance } = await open();
      await cache.put('k', ENTRY, 40);
      await advance(60);
      expect(await cache.get('k')).toBeUndefined();
    });
  });
}
