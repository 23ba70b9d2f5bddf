/** The contract of the records of changes: engine/ports/audit-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import { CHAIN_START, type ChainEnd, chainHash, type StoredRecord } from '../../engine/core/audit/record.ts';
import type { AuditStore } from '../../engine/ports/audit-store.ts';

export interface AuditStoreSubject {
  readonly audit: AuditStore;
  close(): Promise<void>;
}

function recordAfter(head: ChainEnd, text = 'x'): StoredRecord {
  const json = JSON.stringify({ n: head.n + 1, text });
  return { n: head.n + 1, json, hash: chainHash(head.hash, json) };
}

async function appendAll(audit: AuditStore, count: number, keep = 1_000): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let i = 0; i < count; i++) {
    const record = recordAfter(records.at(-1) ?? CHAIN_START);
    expect(await audit.append(records.at(-1) ?? CHAIN_START, record, keep)).toBe('appended');
    records.push(record);
  }
  return records;
}

export function auditStoreContract(name: string, make: () => Promise<AuditStoreSubject>): void {
  describe(`audit store contract: ${name}`, () => {
    const subjects: AuditStoreSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject.audit;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('begins with nothing', async () => {
      const audit = await open();
      expect([await audit.head(), await audit.anchor()]).toEqual([CHAIN_START, CHAIN_START]);
      expect([await audit.read(0, 10), await audit.readBack(Number.POSITIVE_INFINITY, 10)]).toEqual([[], []]);
    });

    it('appends in order, and reads from both ends', async () => {
      const audit = await open();
      const records = await appendAll(audit, 5);
      const [, second, third, , fifth] = records;
      expect(await audit.head()).toEqual({ n: 5, hash: fifth?.hash });
      expect(await audit.read(0, 100)).toEqual(records);
      expect(await audit.read(1, 2)).toEqual([second, third]);
      expect(await audit.readBack(Number.POSITIVE_INFINITY, 2)).toEqual([...records.slice(3)].reverse());
      expect(await audit.readBack(3, 10)).toEqual([...records.slice(0, 2)].reverse());
      expect(await audit.readBack(1, 10)).toEqual([]);
    });

    it('takes one of two that follow the same head, and tells the other which it was', async () => {
      const audit = await open();
      const [mine, other] = [recordAfter(CHAIN_START, 'mine'), recordAfter(CHAIN_START, 'other')];
      expect(await audit.append(CHAIN_START, mine, 10)).toBe('appended');
      const { n, hash } = mine;
      expect(await audit.append(CHAIN_START, other, 10)).toEqual({ n, hash });
      expect(await audit.append(CHAIN_START, mine, 10), 'a repeat').toEqual({ n, hash });
      expect(await audit.read(0, 10)).toEqual([mine]);
    });

    it('keeps as many as it is told, and the hash of the last that went', async () => {
      const audit = await open();
      const records = await appendAll(audit, 7, 3);
      expect(await audit.read(0, 10)).toEqual(records.slice(4));
      expect(await audit.anchor()).toEqual({ n: 4, hash: records[3]?.hash });
    });
  });
}
