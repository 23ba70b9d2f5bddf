/** Where workers of this program find the values of secrets: as those of `sluice worker` do (docs/secrets.md). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../engine/ports/clock.ts';
import type { SecretStore } from '../engine/ports/secret-store.ts';
import { type Connections, createRedisSecretRecords } from '../engine/redis/index.ts';
import { parseKeys } from '../engine/runtime/secret/sealed-text.ts';
import { chainSecrets, environmentSecrets, fileSecrets } from '../engine/runtime/secret/secret-chain.ts';
import { SecretVault } from '../engine/runtime/secret/secret-vault.ts';
import type { Settings } from './settings.ts';

export interface SecretsOptions {
  readonly environment: Settings['environment'];
  readonly connections: Connections;
  readonly clock: Clock;
  /** The `.sluice` folder, when Redis is the private one in it. */
  readonly home: string | undefined;
}

export function openSecrets({ environment, connections, clock, home }: SecretsOptions): SecretStore {
  const keyFile = environment['SLUICE_SECRETS_KEY_FILE'] || (home && join(home, 'secrets.key'));
  const keys = () => parseKeys(environment['SLUICE_SECRETS_KEY'] || readKeyFile(keyFile));
  const folder = environment['SLUICE_SECRETS_DIR'];
  const vault = new SecretVault(createRedisSecretRecords(connections), keys, clock.now);
  return chainSecrets([environmentSecrets(environment), ...(folder ? [fileSecrets(folder)] : []), vault]);
}

/** Without a file there is no key, and the first secret that is needed says so. */
function readKeyFile(path: string | undefined): string {
  try {
    return path === undefined ? '' : readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
