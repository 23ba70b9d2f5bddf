/** Encrypted secrets in memory. */
import type { SecretRecord, SecretRecords } from '../ports/secret-store.ts';

export function createMemorySecretRecords(): SecretRecords {
  const records = new Map<string, SecretRecord>();
  const keyOf = (namespace: string, name: string) => `${namespace}\n${name}`;
  return {
    get: async (namespace, name) => records.get(keyOf(namespace, name)),
    put: async (record) => void records.set(keyOf(record.namespace, record.name), record),
    async replace(seen, record) {
      const key = keyOf(record.namespace, record.name);
      const stored = records.get(key);
      if (stored?.sealed === record.sealed) return true;
      if (stored?.sealed !== seen.sealed || stored.changedAt !== seen.changedAt) return false;
      records.set(key, record);
      return true;
    },
    remove: async (namespace, name) => records.delete(keyOf(namespace, name)),
    list: async (namespace) =>
      [...records]
        .filter(([, record]) => namespace === undefined || record.namespace === namespace)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, record]) => record),
  };
}
