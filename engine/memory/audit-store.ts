/** Records of changes in memory. */
import { CHAIN_START, type ChainEnd, type StoredRecord } from '../core/audit/record.ts';
import type { AuditStore } from '../ports/audit-store.ts';

export function createMemoryAuditStore(): AuditStore {
  const records: StoredRecord[] = [];
  let head: ChainEnd = CHAIN_START;
  let anchor: ChainEnd = CHAIN_START;
  return {
    head: async () => head,
    async append(seen, record, keep) {
      if (seen.n !== head.n || seen.hash !== head.hash) return head;
      records.push(record);
      head = { n: record.n, hash: record.hash };
      for (const { n, hash } of records.splice(0, Math.max(0, records.length - keep))) anchor = { n, hash };
      return 'appended';
    },
    anchor: async () => anchor,
    read: async (after, limit) => records.filter(({ n }) => n > after).slice(0, limit),
    readBack: async (before, limit) =>
      records
        .filter(({ n }) => n < before)
        .reverse()
        .slice(0, limit),
  };
}
