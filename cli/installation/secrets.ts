/** Secrets of the encrypted store. No value ever comes out of it. */
export interface StoredSecret {
  readonly name: string;
  readonly namespace: string;
  /** RFC 3339. */
  readonly changed_at: string;
  /** Which key seals it. */
  readonly key: string;
}

export interface StoredSecrets {
  list(namespace?: string): Promise<readonly StoredSecret[]>;
  /** Where a new key lies that had to be made first; undefined when there was one. @throws SluiceError secrets_locked */
  ensureKey(): string | undefined;
  set(namespace: string, name: string, value: string): Promise<void>;
  /** @throws SluiceError secret_not_found */
  remove(namespace: string, name: string): Promise<void>;
}
