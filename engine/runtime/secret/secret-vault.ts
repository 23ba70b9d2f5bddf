/** The encrypted store: values sealed by the keys of this process, kept as records that tell nothing. */
import { SluiceError } from '../../core/errors.ts';
import type { SecretRecord, SecretRecords, SecretStore } from '../../ports/secret-store.ts';
import { keyIdOf, type SealingKey, seal, unseal } from './sealed-text.ts';

/** Bytes of one value: what one variable of a process may hold. */
export const MAX_SECRET_BYTES = 64 * 1_024;
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

export interface VaultEntry {
  readonly namespace: string;
  readonly name: string;
  /** ms since 1970. */
  readonly changedAt: number;
  /** Id of the key that it is encrypted with. */
  readonly key: string;
}

export class SecretVault implements SecretStore {
  readonly #records: SecretRecords;
  readonly #keys: () => readonly SealingKey[];
  readonly #now: () => number;

  /** @param keys is asked when it is needed: the first of them encrypts, all of them decrypt. */
  constructor(records: SecretRecords, keys: () => readonly SealingKey[], now: () => number) {
    this.#records = records;
    this.#keys = keys;
    this.#now = now;
  }

  async read(namespace: string, name: string): Promise<string | undefined> {
    const record = await this.#records.get(namespace, name);
    return record && unseal(this.#keys(), contextOf(record), record.sealed);
  }

  /** @throws SluiceError invalid_input for a name or value that cannot be stored, secrets_locked without a key. */
  async set(namespace: string, name: string, value: string): Promise<void> {
    checkSecretName(name);
    const problem = findProblem(value);
    if (problem) throw new SluiceError('invalid_input', `The secret ${name} ${problem}.`);
    await this.#records.put(this.#seal({ namespace, name }, value));
  }

  /** @throws SluiceError secret_not_found */
  async remove(namespace: string, name: string): Promise<void> {
    if (await this.#records.remove(namespace, name)) return;
    throw new SluiceError(
      'secret_not_found',
      `The store has no secret ${name} in the namespace ${namespace}; \`sluice secrets list\` shows those that there are.`,
    );
  }

  async list(namespace?: string): Promise<readonly VaultEntry[]> {
    const records = await this.#records.list(namespace);
    return records.map(({ sealed, ...entry }) => ({ ...entry, key: keyIdOf(sealed) }));
  }

  /**
   * Encrypts all values anew with the first key; those that already are stay. A value that somebody sets meanwhile is not lost.
   * Answers how many were changed. @throws SluiceError secrets_locked at the first that no key opens.
   */
  async rotate(): Promise<number> {
    const keys = this.#keys();
    const current = keys[0]?.id;
    let changed = 0;
    for (const record of await this.#records.list()) {
      if (keyIdOf(record.sealed) === current) continue;
      const value = unseal(keys, contextOf(record), record.sealed);
      const fresh = { ...this.#seal(record, value), changedAt: record.changedAt };
      if (await this.#records.replace(record, fresh)) changed++;
    }
    return changed;
  }

  #seal(name: Pick<SecretRecord, 'namespace' | 'name'>, value: string): SecretRecord {
    const { namespace, name: own } = name;
    return {
      namespace,
      name: own,
      sealed: seal(this.#keys(), contextOf(name), value),
      changedAt: this.#now(),
    };
  }
}

/** @throws SluiceError invalid_input */
export function checkSecretName(name: string): void {
  if (NAME.test(name)) return;
  throw new SluiceError(
    'invalid_input',
    `${JSON.stringify(name)} cannot be the name of a secret: use letters, digits, _ and -, at most 64, not beginning with a digit.`,
  );
}

function findProblem(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (value.includes('\0')) return 'holds a NUL character, which no environment variable can hold';
  const bytes = Buffer.byteLength(value);
  return bytes > MAX_SECRET_BYTES ? `has ${bytes} bytes; at most ${MAX_SECRET_BYTES} are taken` : undefined;
}

function contextOf({ namespace, name }: Pick<SecretRecord, 'namespace' | 'name'>): string {
  return `${namespace}\n${name}`;
}
