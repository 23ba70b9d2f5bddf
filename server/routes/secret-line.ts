/** A secret of the store: everything but its value. */
import type { SecretVault } from '../../engine/runtime/secret/secret-vault.ts';

type SecretEntry = Awaited<ReturnType<SecretVault['list']>>[number];

export function secretLineOf({ name, changedAt, key }: SecretEntry) {
  return { name, changed_at: new Date(changedAt).toISOString(), key };
}
