/** Keeps the records of changes, in order. Adapters: engine/redis/audit-store.ts, engine/memory/audit-store.ts. */
import type { ChainEnd, StoredRecord } from '../core/audit/record.ts';

export interface AuditStore {
  /** The last record that was appended. */
  head(): Promise<ChainEnd>;
  /**
   * Appends the record after `head.n`, if `head` still is the last one, else answers which is; in one step. Of more than `keep`
   * records the oldest go, and the last of those that went stays known as the anchor.
   * After a lost connection it may have happened: the head tells.
   */
  append(head: ChainEnd, record: StoredRecord, keep: number): Promise<ChainEnd | 'appended'>;
  /** The record before the first that is left. */
  anchor(): Promise<ChainEnd>;
  /** Records with a number greater than `after`, at most `limit`, in order. */
  read(after: number, limit: number): Promise<readonly StoredRecord[]>;
  /** The last ones with a number smaller than `before`, at most `limit`, newest first. */
  readBack(before: number, limit: number): Promise<readonly StoredRecord[]>;
}
