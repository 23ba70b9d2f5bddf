/**
 * Secrets, by namespace and name. Workers read them at the start of an attempt and keep them nowhere; the engine never sees them.
 */

/** Where a worker gets values from. Adapters: engine/runtime/secret/secret-chain.ts and what it joins. */
export interface SecretStore {
  /**
   * The value, or undefined where this store has none of that name.
   * @throws SluiceError redis_unreachable, redis_refused: try again; secrets_locked: the key is missing or wrong.
   */
  read(namespace: string, name: string): Promise<string | undefined>;
}

/** One encrypted value as it is stored. Nothing in it tells the value. */
export interface SecretRecord {
  readonly namespace: string;
  readonly name: string;
  /** Text made by engine/runtime/secret/sealed-text.ts. */
  readonly sealed: string;
  /** ms since 1970. */
  readonly changedAt: number;
}

/** Keeps encrypted values. Adapters: engine/redis/secret-records.ts, engine/memory/secret-records.ts. All methods are idempotent. */
export interface SecretRecords {
  get(namespace: string, name: string): Promise<SecretRecord | undefined>;
  put(record: SecretRecord): Promise<void>;
  /** Stores `record` if the stored one is still as `seen`; answers whether it was. */
  replace(seen: SecretRecord, record: SecretRecord): Promise<boolean>;
  /** Answers whether there was one. */
  remove(namespace: string, name: string): Promise<boolean>;
  /** All of a namespace, or all; by namespace and name. */
  list(namespace?: string): Promise<readonly SecretRecord[]>;
}
