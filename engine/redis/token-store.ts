/** What is known of API tokens, on Redis: one hash of records, one of times of last use. */
import type { StoredToken, TokenRecord, TokenStore } from '../ports/token-store.ts';
import type { Connections } from './connection.ts';
import { scanHash } from './scan.ts';
import { createScripts } from './scripts.ts';

export function createRedisTokenStore(connections: Connections): TokenStore {
  const { call, keys } = connections;
  const scripts = createScripts(connections);
  const [records, uses] = [keys.tokens(), keys.tokenUses()];
  return {
    async create(record) {
      return (await call('hsetnx', [records, record.id, JSON.stringify(record)])) === 1;
    },
    async get(id) {
      const json = await call('hget', [records, id]);
      if (typeof json !== 'string') return undefined;
      return join(json, await call('hget', [uses, id]));
    },
    async remove(id) {
      const removed = await call('hdel', [records, id]);
      // After the record: a use that comes between finds no record, and is not noted.
      await call('hdel', [uses, id]);
      return removed === 1;
    },
    async list() {
      const [all, used] = [await scanHash(connections, records), await scanHash(connections, uses)];
      return [...all].map(([id, json]) => join(json, used.get(id))).sort(byCreation);
    },
    async touch(id, at) {
      await scripts.touchToken([records, uses], [id, at]);
    },
  };
}

function join(json: string, usedAt: unknown): StoredToken {
  const record = JSON.parse(json) as TokenRecord;
  return typeof usedAt === 'string' ? { ...record, lastUsedAt: Number(usedAt) } : record;
}

function byCreation(a: StoredToken, b: StoredToken): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
