/** The audit log: what it finds when somebody has been at its records, and that stores cannot be changed past it. */
import { expect, it } from 'vitest';
import type { AuditEntry } from '../../../../engine/core/audit/record.ts';
import {
  createMemoryAuditStore,
  createMemoryDefinitionStore,
  createMemorySecretRecords,
  createMemoryTokenStore,
} from '../../../../engine/memory/index.ts';
import type { AuditStore } from '../../../../engine/ports/audit-store.ts';
import { AuditLog } from '../../../../engine/runtime/client/audit-log.ts';
import {
  auditedDefinitionStore,
  auditedSecretRecords,
  auditedTokenStore,
} from '../../../../engine/runtime/client/audited-stores.ts';

const maria = { kind: 'user', name: 'maria' } as const;
const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  who: maria,
  action: 'run.cancel',
  object: 'run/1',
  before: null,
  after: null,
  ...change,
});

function setUp(keep?: number) {
  const store = createMemoryAuditStore();
  const log = new AuditLog({ store, now: () => 1_000, ...(keep === undefined ? {} : { keep }) });
  return { store, log };
}

/** The log as it looks after somebody has been at its stored records. */
function tampered(store: AuditStore, change: (json: string, n: number) => string | undefined): AuditLog {
  const read: AuditStore['read'] = async (after, limit) =>
    (await store.read(after, limit)).flatMap((record) => {
      const json = change(record.json, record.n);
      return json === undefined ? [] : [{ ...record, json }];
    });
  return new AuditLog({ store: { ...store, read }, now: () => 1_000 });
}

async function filled(count: number) {
  const { store, log } = setUp();
  for (let i = 1; i <= count; i++) await log.record(entry({ object: `run/${i}` }));
  return { store, log };
}

it('a chain that nobody touched is whole, also while others append and after old records were let go', async () => {
  const { log } = setUp(5);
  await Promise.all(Array.from({ length: 12 }, (_, i) => log.record(entry({ object: `run/${i}` }))));
  expect(await log.verify()).toMatchObject({ records: 5, head: { n: 12 }, anchor: { n: 7 }, problems: [] });
});

it('two processes append to one chain', async () => {
  const { store, log } = setUp();
  const other = new AuditLog({ store, now: () => 2_000 });
  await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? log : other).record(entry())));
  expect(await log.verify()).toMatchObject({ records: 40, problems: [] });
});

it('finds a record that was changed', async () => {
  const { store } = await filled(5);
  const log = tampered(store, (json, n) => (n === 3 ? json.replace('run.cancel', 'run.start') : json));
  expect((await log.verify()).problems).toEqual([{ n: 3, problem: 'changed' }]);
});

it.each([
  ['first', 1],
  ['middle', 3],
  ['last', 5],
])('finds that the %s record was removed', async (_, gone) => {
  const { store } = await filled(5);
  const log = tampered(store, (json, n) => (n === gone ? undefined : json));
  expect((await log.verify()).problems).toEqual([{ n: gone, problem: 'removed' }]);
});

it('finds two records that changed places', async () => {
  const { store } = await filled(5);
  const [, second, third] = await store.read(0, 5);
  const log = tampered(store, (json, n) => (n === 2 ? third?.json : n === 3 ? second?.json : json));
  expect((await log.verify()).problems).toEqual([
    { n: 2, problem: 'moved' },
    { n: 3, problem: 'moved' },
  ]);
});

it('finds that all of it is gone, or another chain stands there, by a head that was noted', async () => {
  const { log } = await filled(3);
  const { head } = await log.verify();
  await log.record(entry());
  expect((await log.verify(head)).problems).toEqual([]);
  expect((await setUp().log.verify(head)).problems).toEqual([{ n: 3, problem: 'removed' }]);
  const { log: forged } = setUp();
  for (let i = 0; i < 4; i++) await forged.record(entry({ object: 'run/forged' }));
  expect((await forged.verify(head)).problems).toEqual([{ n: 3, problem: 'changed' }]);
});

it('lists newest first, by namespace, action, object and who', async () => {
  const { log } = setUp();
  await log.record(entry({ namespace: 'billing' }));
  await log.record(entry({ action: 'secret.set', object: 'secret/default/A' }));
  await log.record(entry({ who: { kind: 'token', id: 'aa', name: 'ci' } }));
  const numbers = async (filter: object) => (await log.list({ limit: 10, ...filter })).map(({ n }) => n);
  expect(await numbers({})).toEqual([3, 2, 1]);
  expect(await numbers({ namespace: 'billing' })).toEqual([1]);
  expect(await numbers({ action: 'run' })).toEqual([3, 1]);
  expect(await numbers({ action: 'secret.set' })).toEqual([2]);
  expect(await numbers({ who: 'aa' })).toEqual([3]);
  expect(await numbers({ before: 3, limit: 1 })).toEqual([2]);
});

it('a change is recorded before it is made, with its hashes, and not made when it cannot be', async () => {
  const { log } = setUp();
  const plain = createMemorySecretRecords();
  const records = auditedSecretRecords(plain, { log, acting: () => ({ who: maria, request: 'r1' }) });
  const secret = { namespace: 'billing', name: 'TOKEN', sealed: 'v1:k:a', changedAt: 1 };
  await records.put(secret);
  await records.put({ ...secret, sealed: 'v1:k:b' });
  await records.remove('billing', 'TOKEN');
  const [removed, changed, created] = await log.list({ limit: 10 });
  expect(created).toMatchObject({
    who: maria,
    action: 'secret.set',
    object: 'secret/billing/TOKEN',
    before: null,
    request: 'r1',
  });
  expect(changed?.before).toBe(created?.after);
  expect(removed).toMatchObject({ action: 'secret.remove', before: changed?.after, after: null });
  const full = { record: () => Promise.reject(new Error('full')) };
  const blocked = auditedSecretRecords(plain, { log: full, acting: () => ({ who: maria }) });
  await expect(blocked.put(secret)).rejects.toThrow('full');
  expect(await plain.get('billing', 'TOKEN')).toBeUndefined();
});

it('what was refused after all is told by a second record; what a role does by itself by none', async () => {
  const { log } = setUp();
  const acting = () => ({ who: maria });
  const tokens = auditedTokenStore(createMemoryTokenStore(), { log, acting });
  expect(await tokens.remove('00000000000000aa')).toBe(false);
  expect((await log.list({ limit: 10 })).map(({ n, failed }) => [n, failed])).toEqual([
    [2, { of: 1, code: 'not_possible' }],
    [1, undefined],
  ]);
  const alone = auditedDefinitionStore(createMemoryDefinitionStore(), { log, acting: () => undefined });
  await alone.remove('default', 'x', 1);
  expect((await log.verify()).records).toBe(2);
});
