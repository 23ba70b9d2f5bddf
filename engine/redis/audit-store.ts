/** Records of changes on Redis: a stream whose entry ids are their numbers, and a hash with both ends of the chain. */
import { CHAIN_START, type ChainEnd, type StoredRecord } from '../core/audit/record.ts';
import type { AuditStore } from '../ports/audit-store.ts';
import type { Connections } from './connection.ts';
import { createScripts } from './scripts.ts';

type Entry = readonly [id: string, fields: readonly string[]];

export function createRedisAuditStore(connections: Connections): AuditStore {
  const { call, keys } = connections;
  const scripts = createScripts(connections);
  const [records, ends] = [keys.auditRecords(), keys.auditEnds()];
  const end = async (n: string, hash: string): Promise<ChainEnd> => {
    const [number, text] = (await call('hmget', [ends, n, hash])) as (string | null)[];
    return number && text ? { n: Number(number), hash: text } : CHAIN_START;
  };
  return {
    head: () => end('n', 'hash'),
    async append(head, { n, json, hash }, keep) {
      const reply = await scripts.appendAudit([records, ends], [head.n, head.hash, n, json, hash, keep]);
      if (reply[0] === 1) return 'appended';
      return { n: Number(reply[1]), hash: reply[2] };
    },
    anchor: () => end('anchor_n', 'anchor_hash'),
    async read(after, limit) {
      return parse(await call('xrange', [records, `0-${after + 1}`, '+', 'COUNT', limit]));
    },
    async readBack(before, limit) {
      if (before <= 1) return [];
      const from = Number.isSafeInteger(before) ? `0-${before - 1}` : '+';
      return parse(await call('xrevrange', [records, from, '-', 'COUNT', limit]));
    },
  };
}

function parse(reply: unknown): StoredRecord[] {
  return (reply as Entry[]).map(([id, fields]) => {
    const [, json = '', , hash = ''] = fields;
    return { n: Number(id.slice(id.indexOf('-') + 1)), json, hash };
  });
}
