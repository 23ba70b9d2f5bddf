/** Keeps what is known of API tokens; never a token itself. Adapters: engine/redis/token-store.ts, engine/memory/token-store.ts. */
import type { Grants } from '../core/access/role.ts';

export interface TokenRecord {
  /** Part of the token that may be shown and logged. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** SHA-256 of the whole token, hex. */
  readonly hash: string;
  readonly grants: Grants;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly createdBy: string;
  /** ms since 1970; absent: never. */
  readonly expiresAt?: number;
}

export interface StoredToken extends TokenRecord {
  /** ms since 1970, to about a minute; absent: never used. */
  readonly lastUsedAt?: number;
}

/** All methods but `create` are idempotent. */
export interface TokenStore {
  /** False: there is one with this id already, which stays. */
  create(record: TokenRecord): Promise<boolean>;
  get(id: string): Promise<StoredToken | undefined>;
  /** From now on no server takes it. Answers whether there was one. */
  remove(id: string): Promise<boolean>;
  /** By creation. */
  list(): Promise<readonly StoredToken[]>;
  /** Notes that it was used; of a token that is gone, nothing stays behind. */
  touch(id: string, at: number): Promise<void>;
}
