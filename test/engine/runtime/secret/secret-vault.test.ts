/** The encrypted store of secrets, and where workers look. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemorySecretRecords } from '../../../../engine/memory/secret-records.ts';
import { newKey, parseKeys } from '../../../../engine/runtime/secret/sealed-text.ts';
import {
  chainSecrets,
  environmentSecrets,
  fileSecrets,
} from '../../../../engine/runtime/secret/secret-chain.ts';
import { SecretVault } from '../../../../engine/runtime/secret/secret-vault.ts';

const VALUE = 'the-value-of-it';

function aVault(records = createMemorySecretRecords(), keys = parseKeys(newKey())) {
  return {
    records,
    keys,
    vault: new SecretVault(
      records,
      () => keys,
      () => 1_000,
    ),
  };
}

describe('the vault', () => {
  it('gives back what it was given, by namespace', async () => {
    const { vault } = aVault();
    await vault.set('default', 'TOKEN', VALUE);
    expect(await vault.read('default', 'TOKEN')).toBe(VALUE);
    expect(await vault.read('billing', 'TOKEN')).toBeUndefined();
    expect(await vault.list()).toEqual([
      { namespace: 'default', name: 'TOKEN', changedAt: 1_000, key: expect.stringMatching(/^[0-9a-f]{12}$/) },
    ]);
  });

  it('stores nothing that tells the value, and never the same text twice', async () => {
    const { vault, records } = aVault();
    await vault.set('default', 'A', VALUE);
    const first = JSON.stringify(await records.list());
    await vault.set('default', 'A', VALUE);
    const second = JSON.stringify(await records.list());
    expect(second).not.toBe(first);
    for (const form of [VALUE, Buffer.from(VALUE).toString('base64'), Buffer.from(VALUE).toString('hex')])
      expect(first + second).not.toContain(form);
  });

  it('does not open a value that was changed, or moved to another name', async () => {
    const { vault, records } = aVault();
    await vault.set('default', 'A', VALUE);
    const [record] = await records.list();
    if (!record) throw new Error('nothing was stored');
    await records.put({ ...record, name: 'B' });
    await expect(vault.read('default', 'B')).rejects.toMatchObject({ code: 'secrets_locked' });
    await records.put({ ...record, sealed: `${record.sealed.slice(0, -6)}AAAAA=` });
    await expect(vault.read('default', 'A')).rejects.toMatchObject({ code: 'secrets_locked' });
  });

  it('needs the key that it was stored with', async () => {
    const { vault, records } = aVault();
    await vault.set('default', 'A', VALUE);
    await expect(aVault(records).vault.read('default', 'A')).rejects.toMatchObject({
      code: 'secrets_locked',
    });
    await expect(aVault(records, []).vault.set('default', 'B', VALUE)).rejects.toMatchObject({
      code: 'secrets_locked',
    });
  });

  it('rotates: encrypted by the new key, opened without the old one, times unchanged', async () => {
    const { vault, records, keys } = aVault();
    for (const name of ['A', 'B']) await vault.set('default', name, `${VALUE}-${name}`);
    const fresh = parseKeys(newKey());
    expect(await aVault(records, [...fresh, ...keys]).vault.rotate()).toBe(2);
    expect(await aVault(records, [...fresh, ...keys]).vault.rotate()).toBe(0);
    expect(await aVault(records, [...fresh]).vault.read('default', 'B')).toBe(`${VALUE}-B`);
    expect((await records.list()).map(({ changedAt }) => changedAt)).toEqual([1_000, 1_000]);
  });

  it('loses nothing that is set while it rotates', async () => {
    const { vault, records, keys } = aVault();
    await vault.set('default', 'A', 'old');
    const fresh = parseKeys(newKey());
    const rotating = aVault(
      {
        ...records,
        replace: async (seen, record) => {
          await vault.set('default', 'A', 'newer');
          return records.replace(seen, record);
        },
      },
      [...fresh, ...keys],
    ).vault;
    expect(await rotating.rotate()).toBe(0);
    expect(await vault.read('default', 'A')).toBe('newer');
  });

  it.each([['1A'], ['a b'], [''], ['../x'], ['A'.repeat(65)]])('refuses the name %j', async (name) => {
    await expect(aVault().vault.set('default', name, VALUE)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each([
    ['', 'empty'],
    ['a\0b', 'NUL'],
    ['x'.repeat(65_537), '65537 bytes'],
  ])('refuses a value that is not fit', async (value, why) => {
    await expect(aVault().vault.set('default', 'A', value)).rejects.toThrow(why);
  });

  it('says what is wrong with a key', () => {
    expect(() => parseKeys('c2hvcnQ=')).toThrow('5 bytes');
    expect(parseKeys(`${'ab'.repeat(32)}, ${newKey()}\n`)).toHaveLength(2);
  });
});

describe('a worker looks', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-secrets-'));
    await mkdir(join(folder, 'billing'));
    await writeFile(join(folder, 'TOKEN'), 'from a file\n');
    await writeFile(join(folder, 'billing', 'TOKEN'), 'of billing\r\n');
    await writeFile(join(folder, 'large'), 'x'.repeat(70_000));
    await symlink(join(folder, 'TOKEN'), join(folder, 'LINKED'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('in its environment, then in files, then in the store', async () => {
    const { vault } = aVault();
    for (const name of ['TOKEN', 'LAST', 'FIRST']) await vault.set('default', name, 'stored');
    const environment = { SLUICE_SECRET_FIRST: 'from the environment', SLUICE_SECRET_LAST: '' };
    const secrets = chainSecrets([environmentSecrets(environment), fileSecrets(folder), vault]);
    expect(await secrets.read('default', 'FIRST')).toBe('from the environment');
    expect(await secrets.read('default', 'TOKEN')).toBe('from a file');
    expect(await secrets.read('billing', 'TOKEN')).toBe('of billing');
    expect(await secrets.read('default', 'LAST')).toBe('stored');
    expect(await secrets.read('default', 'LINKED')).toBe('from a file');
    expect(await secrets.read('default', 'NOWHERE')).toBeUndefined();
  });

  it('never outside of its folder', async () => {
    await expect(chainSecrets([fileSecrets(folder)]).read('default', '../x')).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await fileSecrets(join(folder, 'billing')).read('..', 'TOKEN')).toBe('of billing');
    await expect(fileSecrets(folder).read('default', 'large')).rejects.toThrow('70000 bytes');
  });
});
