/** Tokens and the audit log over the API, with everything real but Redis. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  createManualClock,
  createMemoryAuditStore,
  createMemoryTokenStore,
} from '../../../engine/memory/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { AccessTokens } from '../../../engine/runtime/client/access-tokens.ts';
import { currentActing } from '../../../engine/runtime/client/acting.ts';
import { AuditLog } from '../../../engine/runtime/client/audit-log.ts';
import { auditedTokenStore } from '../../../engine/runtime/client/audited-stores.ts';
import { createApp } from '../../../server/app.ts';
import type { ServerParts } from '../../../server/parts.ts';
import { createSecurity } from '../../../server/security/index.ts';

async function setUp() {
  const clock = createManualClock(1_000_000);
  const audit = new AuditLog({ store: createMemoryAuditStore(), now: clock.now });
  const store = auditedTokenStore(createMemoryTokenStore(), { log: audit, acting: currentActing });
  const tokens = new AccessTokens({ store, now: clock.now, random: randomBytes });
  const parts = { tokens, audit, clock, logger: SILENT } as Partial<ServerParts> as ServerParts;
  const app = createApp(parts, createSecurity({ tokens, host: '127.0.0.1' }));
  const root = await tokens.create({ name: 'root', grants: { '*': 'admin' }, createdBy: 'test' });
  const ask = async (method: string, path: string, body?: object, text = root.text) => {
    const response = await app.request(`http://localhost${path}`, {
      method,
      headers: {
        host: 'localhost',
        authorization: `Bearer ${text}`,
        'x-request-id': 'req-1',
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = await response.text();
    return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
  };
  return { ask, root, clock, audit };
}

it('an admin makes a token, which works, is listed without itself, and is revoked', async () => {
  const { ask, root } = await setUp();
  const made = await ask('POST', '/api/v1/tokens', {
    name: 'ci',
    grants: { '*': 'admin' },
    expires_in: 60_000,
  });
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'ci', created_by: 'root', expires_at: '1970-01-01T00:17:40.000Z' },
  });
  const listed = await ask('GET', '/api/v1/tokens', undefined, made.body.token);
  expect(listed.body.tokens).toHaveLength(2);
  for (const secret of [made.body.token, root.text, root.record.hash])
    expect(JSON.stringify(listed.body)).not.toContain(secret);
  expect((await ask('DELETE', `/api/v1/tokens/${made.body.id}`)).status).toBe(204);
  expect((await ask('GET', '/api/v1/tokens', undefined, made.body.token)).status).toBe(401);
  expect((await ask('DELETE', `/api/v1/tokens/${made.body.id}`)).body).toMatchObject({
    code: 'token_not_found',
  });
});

it.each<[what: string, body: object]>([
  ['no grants', { name: 'x', grants: {} }],
  ['a role that there is not', { name: 'x', grants: { '*': 'owner' } }],
  ['a namespace that is none', { name: 'x', grants: { 'a/b': 'admin' } }],
  ['a hash of its own', { name: 'x', grants: { '*': 'admin' }, hash: 'aa' }],
  ['an id of its own', { name: 'x', grants: { '*': 'admin' }, id: '0123456789abcdef' }],
  ['a name with a line break', { name: 'x\ny', grants: { '*': 'admin' } }],
])('a token with %s is not made', async (_, body) => {
  const { ask } = await setUp();
  expect(await ask('POST', '/api/v1/tokens', body)).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  });
});

it('a token cannot be made by one that is no admin everywhere, so nobody gives more than is theirs', async () => {
  const { ask } = await setUp();
  const { body } = await ask('POST', '/api/v1/tokens', {
    name: 'lead',
    grants: { billing: 'admin', '*': 'viewer' },
  });
  const more = { name: 'more', grants: { '*': 'admin' } };
  expect((await ask('POST', '/api/v1/tokens', more, body.token)).body).toMatchObject({ code: 'forbidden' });
});

it('each change leaves one record: who, what, hashes, request and address', async () => {
  const { ask, root, audit } = await setUp();
  const { body } = await ask('POST', '/api/v1/tokens', { name: 'ci', grants: { '*': 'viewer' } });
  await ask('GET', '/api/v1/tokens');
  await ask('DELETE', `/api/v1/tokens/${body.id}`);
  const { body: listed } = await ask('GET', '/api/v1/audit?limit=1');
  expect(listed).toMatchObject({
    next: '2',
    records: [
      {
        n: 2,
        who: { kind: 'token', id: root.record.id, name: 'root', address: 'unknown' },
        action: 'token.revoke',
        object: `token/${body.id}`,
        before: expect.stringMatching(/^[0-9a-f]{64}$/),
        after: null,
        request: 'req-1',
      },
    ],
  });
  const rest = await ask('GET', `/api/v1/audit?cursor=${listed.next}`);
  expect(rest.body).toMatchObject({ next: null, records: [{ n: 1, action: 'token.create', before: null }] });
  expect(rest.body.records[0].after).toBe(listed.records[0].before);
  const { head } = await audit.verify();
  const verdict = await ask('GET', `/api/v1/audit/verify?noted=${head.n}:${head.hash}`);
  expect(verdict.body).toMatchObject({ whole: true, records: 2, problems: [] });
});
