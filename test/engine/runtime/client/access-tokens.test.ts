import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Grants, includes, ROLES, roleIn } from '../../../../engine/core/access/role.ts';
import { createManualClock, createMemoryTokenStore } from '../../../../engine/memory/index.ts';
import { AccessTokens } from '../../../../engine/runtime/client/access-tokens.ts';

function setUp() {
  const clock = createManualClock(1_000_000);
  const store = createMemoryTokenStore();
  const tokens = new AccessTokens({ store, now: clock.now, random: randomBytes });
  return { clock, store, tokens };
}
const wanted = { name: 'ci', grants: { billing: 'operator' } as Grants, createdBy: 'maria' };

it('a token is known by its text alone, and only a hash of it is kept', async () => {
  const { store, tokens } = setUp();
  const { text, record } = await tokens.create(wanted);
  expect(text).toMatch(/^slc_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
  expect(Buffer.from(text.slice(21), 'base64url')).toHaveLength(32);
  expect(await tokens.verify(text)).toMatchObject({
    ok: true,
    token: { id: record.id, grants: wanted.grants },
  });
  const kept = JSON.stringify(await store.list());
  expect(kept).not.toContain(text.slice(21));
  expect(kept).toContain(record.hash);
});

it.each([
  ['nothing', () => ''],
  ['garbage', () => 'Bearer x'],
  ['another secret under the id', (text: string) => `${text.slice(0, 21)}${'A'.repeat(43)}`],
  ['a longer one', (text: string) => `${text}A`],
  ['one that begins later', (text: string) => ` ${text}`],
  ['the hash instead of the text', (_: string, hash: string) => hash],
  ['the id of nobody', (text: string) => text.replace(/_[0-9a-f]{16}_/, '_0123456789abcdef_')],
])('%s is nobody', async (_, change) => {
  const { tokens } = setUp();
  const { text, record } = await tokens.create(wanted);
  expect(await tokens.verify(change(text, record.hash))).toEqual({ ok: false, why: 'unknown' });
});

it('ends when it expires, and at once when it is revoked', async () => {
  const { clock, tokens } = setUp();
  const short = await tokens.create({ ...wanted, expiresAt: clock.now() + 1_000 });
  const other = await tokens.create({ ...wanted, name: 'other' });
  expect((await tokens.verify(short.text)).ok).toBe(true);
  await clock.advance(1_000);
  expect(await tokens.verify(short.text)).toEqual({ ok: false, why: 'expired' });
  await tokens.revoke('other');
  expect(await tokens.verify(other.text)).toEqual({ ok: false, why: 'unknown' });
  await expect(tokens.revoke('other')).rejects.toMatchObject({ code: 'token_not_found' });
});

it('a name that two tokens have revokes neither', async () => {
  const { tokens } = setUp();
  for (let i = 0; i < 2; i++) await tokens.create(wanted);
  await expect(tokens.revoke('ci')).rejects.toThrow('Several tokens');
  expect(await tokens.list()).toHaveLength(2);
});

it('notes the last use at most once a minute, and takes a token whose use cannot be noted', async () => {
  const { clock, store, tokens } = setUp();
  const { text, record } = await tokens.create(wanted);
  const used = async () => (await store.get(record.id))?.lastUsedAt;
  await tokens.verify(text);
  expect(await used()).toBe(1_000_000);
  await clock.advance(59_999);
  await tokens.verify(text);
  expect(await used()).toBe(1_000_000);
  await clock.advance(1);
  await tokens.verify(text);
  expect(await used()).toBe(1_060_000);
  await clock.advance(60_000);
  store.touch = () => Promise.reject(new Error('read only'));
  expect((await tokens.verify(text)).ok).toBe(true);
});

it('a role holds in its namespace, the highest of two counts, and no name of JavaScript is a namespace', () => {
  const grants: Grants = { billing: 'operator', '*': 'viewer' };
  expect([roleIn(grants, 'billing'), roleIn(grants, 'other'), roleIn(grants, '*')]).toEqual([
    'operator',
    'viewer',
    'viewer',
  ]);
  expect(roleIn({ a: 'viewer', '*': 'admin' }, 'a')).toBe('admin');
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(roleIn({ a: 'admin' }, name)).toBeUndefined();
  expect(ROLES.map((role) => ROLES.map((least) => includes(role, least)))).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});
