/** The contract of the records of encrypted secrets: engine/ports/secret-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SecretRecord, SecretRecords } from '../../engine/ports/secret-store.ts';

export interface SecretRecordsSubject {
  readonly records: SecretRecords;
  close(): Promise<void>;
}

const aRecord = (change: Partial<SecretRecord> = {}): SecretRecord => ({
  namespace: 'default',
  name: 'TOKEN',
  sealed: 'v1:key:aaaa',
  changedAt: 1_000,
  ...change,
});

export function secretRecordsContract(name: string, make: () => Promise<SecretRecordsSubject>): void {
  describe(`secret records contract: ${name}`, () => {
    const subjects: SecretRecordsSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject.records;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('gives back what was put, by namespace and name', async () => {
      const records = await open();
      await records.put(aRecord());
      await records.put(aRecord({ namespace: 'billing', sealed: 'v1:key:bbbb' }));
      expect(await records.get('default', 'TOKEN')).toEqual(aRecord());
      expect(await records.get('billing', 'TOKEN')).toMatchObject({ sealed: 'v1:key:bbbb' });
      expect(await records.get('default', 'OTHER')).toBeUndefined();
    });

    it('lists by namespace and name', async () => {
      const records = await open();
      for (const one of ['B', 'A']) await records.put(aRecord({ name: one }));
      await records.put(aRecord({ namespace: 'billing' }));
      expect((await records.list()).map(({ namespace, name: own }) => `${namespace}/${own}`)).toEqual([
        'billing/TOKEN',
        'default/A',
        'default/B',
      ]);
      expect(await records.list('billing')).toEqual([aRecord({ namespace: 'billing' })]);
    });

    it('replaces only what is as it was seen; a repeat answers the same', async () => {
      const records = await open();
      const [seen, fresh] = [aRecord(), aRecord({ sealed: 'v1:new:cccc' })];
      await records.put(seen);
      expect(await records.replace(seen, fresh)).toBe(true);
      expect(await records.replace(seen, fresh)).toBe(true);
      expect(await records.replace(seen, aRecord({ sealed: 'v1:new:dddd' }))).toBe(false);
      expect(await records.get('default', 'TOKEN')).toEqual(fresh);
    });

    it('says whether there was one to remove', async () => {
      const records = await open();
      await records.put(aRecord());
      expect(await records.remove('default', 'TOKEN')).toBe(true);
      expect(await records.remove('default', 'TOKEN')).toBe(false);
      expect(await records.list()).toEqual([]);
    });
  });
}
