/** Where this installation has its secrets: environment, files, the encrypted store and its keys. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SluiceError } from '../../engine/core/errors.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { SecretRecords, SecretStore } from '../../engine/ports/secret-store.ts';
import { newKey, parseKeys, type SealingKey } from '../../engine/runtime/secret/sealed-text.ts';
import { chainSecrets, environmentSecrets, fileSecrets } from '../../engine/runtime/secret/secret-chain.ts';
import { SecretVault } from '../../engine/runtime/secret/secret-vault.ts';
import type { Settings } from '../config.ts';

export interface Secrets {
  /** What workers ask: environment, then files, then the vault. */
  readonly store: SecretStore;
  readonly vault: SecretVault;
  /**
   * Makes a key where there is none and it can be kept: beside a private Redis. Answers where it lies, or undefined when there
   * was one already. @throws SluiceError secrets_locked when the key must come from the environment.
   */
  ensureKey(): string | undefined;
}

export interface SecretsOptions {
  readonly settings: Settings;
  readonly records: SecretRecords;
  readonly clock: Clock;
  /** The `.sluice` folder, when Redis is the private one in it. */
  readonly home: string | undefined;
}

const KEY_FILE = 'secrets.key';

export function openSecrets({ settings, records, clock, home }: SecretsOptions): Secrets {
  const keyFile = home === undefined ? undefined : join(home, KEY_FILE);
  const keys = () => readKeys(settings, keyFile);
  const vault = new SecretVault(records, keys, clock.now);
  const { environment, secretsDirectory } = settings;
  const files = secretsDirectory === undefined ? [] : [fileSecrets(secretsDirectory)];
  return {
    vault,
    store: chainSecrets([environmentSecrets(environment), ...files, vault]),
    ensureKey() {
      if (keys().length > 0) return undefined;
      if (keyFile === undefined) throw noKey();
      writeFileSync(keyFile, `${newKey()}\n`, { mode: 0o600, flag: 'wx' });
      chmodSync(keyFile, 0o600);
      return keyFile;
    },
  };
}

function readKeys(settings: Settings, own: string | undefined): readonly SealingKey[] {
  if (settings.secretsKey !== undefined) return parseKeys(settings.secretsKey);
  if (settings.secretsKeyFile !== undefined) return parseKeys(readKeyFile(settings.secretsKeyFile));
  return own === undefined ? [] : parseKeys(readOwn(own));
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SluiceError(
      'secrets_locked',
      `The file ${path} (SLUICE_SECRETS_KEY_FILE) cannot be read: ${messageOf(error)}.`,
    );
  }
}

function readOwn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function noKey(): SluiceError {
  return new SluiceError(
    'secrets_locked',
    'There is no key to encrypt secrets with. Make one with `sluice secrets key`, keep it safe, and give it to this command and ' +
      'to all workers as SLUICE_SECRETS_KEY.',
  );
}
