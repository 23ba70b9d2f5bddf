/**
 * Successes that may be reused, by key. It is a cache in every sense: an entry may be gone at any time, and a failure of the
 * store is a miss. Adapters: engine/redis/cache-store.ts, engine/memory/cache-store.ts.
 */
import type { AttemptResult } from '../core/ticket.ts';

export interface CacheEntry {
  /** The run whose work it was. */
  readonly run: string;
  /** When it was done, ms since 1970. */
  readonly at: number;
  /** Its artifacts lie in the artifact store under the run that they name, and go when that run is removed. */
  readonly result: AttemptResult;
}

export interface CacheStore {
  get(key: string): Promise<CacheEntry | undefined>;
  /** Replaces what is there. @param ttlMs after which it is forgotten. */
  put(key: string, entry: CacheEntry, ttlMs: number): Promise<void>;
}
