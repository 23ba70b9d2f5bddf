/** Encrypted secrets on Redis: one hash, `namespace\nname` → JSON of what is sealed and when it changed. */
import type { SecretRecord, SecretRecords } from '../ports/secret-store.ts';
import type { Connections } from './connection.ts';
import { createScripts } from './scripts.ts';

export function createRedisSecretRecords(connections: Connections): SecretRecords {
  const { call } = connections;
  const scripts = createScripts(connections);
  const key = connections.keys.secrets();
  return {
    async get(namespace, name) {
      const json = await call('hget', [key, fieldOf({ namespace, name })]);
      return typeof json === 'string' ? parse(fieldOf({ namespace, name }), json) : undefined;
    },
    async put(record) {
      await call('hset', [key, fieldOf(record), format(record)]);
    },
    async replace(seen, record) {
      return (await scripts.replaceSecret([key], [fieldOf(record), format(seen), format(record)])) === 1;
    },
    async remove(namespace, name) {
      return (await call('hdel', [key, fieldOf({ namespace, name })])) === 1;
    },
    async list(namespace) {
      const found = new Map<string, SecretRecord>();
      let cursor = '0';
      do {
        const [next, cells] = (await call('hscan', [key, cursor, 'COUNT', 200])) as [string, string[]];
        for (let at = 0; at + 1 < cells.length; at += 2) {
          const record = parse(cells[at] ?? '', cells[at + 1] ?? '');
          if (namespace === undefined || record.namespace === namespace) found.set(cells[at] ?? '', record);
        }
        cursor = next;
      } while (cursor !== '0');
      return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
    },
  };
}

function fieldOf({ namespace, name }: Pick<SecretRecord, 'namespace' | 'name'>): string {
  return `${namespace}\n${name}`;
}

function format({ sealed, changedAt }: SecretRecord): string {
  return JSON.stringify([sealed, changedAt]);
}

function parse(field: string, json: string): SecretRecord {
  const [namespace = '', name = ''] = field.split('\n');
  const [sealed, changedAt] = JSON.parse(json) as [string, number];
  return { namespace, name, sealed, changedAt };
}
