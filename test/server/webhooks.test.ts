/** Requests of other systems start runs of applied workflows: with real definitions, secrets and a real client, in memory. */
import { createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { compileWorkflows } from '../../dsl/index.ts';
import {
  createManualClock,
  createMemoryAuditStore,
  createMemoryDefinitionStore,
  createMemoryRunIndex,
  createMemoryShardStore,
  createMemoryTokenStore,
} from '../../engine/memory/index.ts';
import type { Logger } from '../../engine/ports/logger.ts';
import { AccessTokens } from '../../engine/runtime/client/access-tokens.ts';
import { currentActing } from '../../engine/runtime/client/acting.ts';
import { AuditLog } from '../../engine/runtime/client/audit-log.ts';
import { auditedShardStore } from '../../engine/runtime/client/audited-stores.ts';
import { createClient } from '../../engine/runtime/client/client.ts';
import { Webhooks } from '../../engine/runtime/client/webhooks.ts';
import { Definitions } from '../../engine/runtime/definition/definitions.ts';
import { createApp } from '../../server/app.ts';
import { type Listening, listen } from '../../server/listen.ts';
import type { ServerParts } from '../../server/parts.ts';
import { createSecurity } from '../../server/security/index.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NOW = 1_700_000_000_000;
const listening: Listening[] = [];
afterEach(async () => {
  for (const one of listening.splice(0)) await one.close(50);
});

async function setUp(...triggers: readonly string[]) {
  const clock = createManualClock(NOW);
  const plain = createMemoryShardStore({ now: clock.now, clock, shards: 1, random: () => 0.5 });
  const audit = new AuditLog({ store: createMemoryAuditStore(), now: clock.now });
  const store = auditedShardStore(plain, 1, { log: audit, acting: currentActing });
  const definitionStore = createMemoryDefinitionStore();
  const definitions = new Definitions({
    definitions: definitionStore,
    store,
    shards: 1,
    newRequestId: () => 'r',
    waitMs: 0,
  });
  const client = createClient({
    store,
    index: createMemoryRunIndex(),
    shards: 1,
    clock,
    random: () => randomBytes(10),
  });
  const apply = async (name: string, trigger: string) => {
    const text = `
name: ${name}
secrets: [HOOK_KEY, OTHER_KEY]
inputs: { day: { type: string, required: true } }
triggers:
  - webhook: { ${trigger}, inputs: { day: "\${{ trigger.body.day }}" } }
tasks: { a: { uses: noop } }`;
    const { plans, diagnostics } = compileWorkflows({ path: 'w.yaml', text });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const [plan] = plans;
    if (plan) await definitions.apply({ plan });
  };
  for (const [i, trigger] of triggers.entries()) await apply(`w${i}`, trigger);
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const secrets = new Map([['HOOK_KEY', KEY]]);
  const tokens = new AccessTokens({ store: createMemoryTokenStore(), now: clock.now, random: randomBytes });
  const parts = {
    client,
    definitions,
    webhooks: new Webhooks(definitionStore),
    secretValues: {
      read: async (namespace: string, name: string) =>
        namespace === 'default' ? secrets.get(name) : undefined,
    },
    clock,
    logger,
    newRequestId: () => randomBytes(8).toString('hex'),
  } as Partial<ServerParts> as ServerParts;
  const app = createApp(parts, createSecurity({ tokens, host: '127.0.0.1' }));
  const post = async (path: string, body: string | Uint8Array, headers: object = {}) => {
    const response = await app.request(`http://localhost/hooks/${path}`, {
      method: 'POST',
      body,
      headers: { host: 'localhost', ...headers },
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { app, apply, post, client, clock, audit, secrets, logged };
}

const standard = (text: string, { id = 'msg_1', at = NOW, key = KEY } = {}) => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at / 1_000)),
  'webhook-signature': new Webhook(key).sign(id, new Date(at), text),
});
const BODY = '{"day":"2026-01-01"}';
const HOOK = 'path: team/import, secret: HOOK_KEY';

describe('a signed request', () => {
  it('starts a run with its inputs; what proved the sender is no part of the run', async () => {
    const { post, client, audit } = await setUp(HOOK);
    const answer = await post('default/team/import', BODY, {
      ...standard(BODY),
      authorization: 'Bearer x',
      'x-kind': 'k',
    });
    expect(answer).toMatchObject({ status: 202, body: { runs: [{ workflow: 'w0', created: true }] } });
    const { inputs, trigger } = await client.header(answer.body.runs[0].run);
    expect(inputs).toEqual({ day: '2026-01-01' });
    expect(trigger).toMatchObject({
      type: 'webhook',
      body: { day: '2026-01-01' },
      headers: { 'x-kind': 'k' },
    });
    expect(JSON.stringify(trigger)).not.toMatch(/signature|Bearer/i);
    expect(await audit.list({ limit: 5 })).toMatchObject([
      { action: 'run.start', who: { kind: 'webhook', name: 'default/team/import' } },
    ]);
  });

  it('that comes again starts nothing and is answered alike; one of the same id with other inputs is a conflict', async () => {
    const { post } = await setUp(HOOK);
    const first = await post('default/team/import', BODY, standard(BODY));
    const again = await post('default/team/import', BODY, standard(BODY, { at: NOW + 60_000 }));
    expect(again.body.runs).toEqual([{ ...first.body.runs[0], created: false }]);
    const other = '{"day":"2026-01-02"}';
    expect((await post('default/team/import', other, standard(other))).status).toBe(409);
    expect(
      (await post('default/team/import', other, standard(other, { id: 'msg_2' }))).body.runs[0].created,
    ).toBe(true);
  });

  it('that is old is refused, so a recording cannot be played later', async () => {
    const { post, clock } = await setUp(HOOK);
    const recorded = standard(BODY);
    await clock.advance(301_000);
    const answer = await post('default/team/import', BODY, recorded);
    expect(answer).toMatchObject({ status: 401, body: { detail: expect.stringContaining('five minutes') } });
  });

  it('of GitHub starts one run for one body, whatever delivery id comes with it, and a ping starts none', async () => {
    const { post, secrets } = await setUp(`${HOOK}, scheme: github`);
    secrets.set('HOOK_KEY', 'geheim');
    const signed = {
      'x-hub-signature-256': `sha256=${createHmac('sha256', 'geheim').update(BODY).digest('hex')}`,
    };
    const first = await post('default/team/import', BODY, { ...signed, 'x-github-delivery': 'a' });
    const forged = await post('default/team/import', BODY, { ...signed, 'x-github-delivery': 'b' });
    expect(forged.body.runs).toEqual([{ ...first.body.runs[0], created: false }]);
    const ping = await post('default/team/import', BODY, { ...signed, 'x-github-event': 'ping' });
    expect(ping).toMatchObject({ status: 200, body: { runs: [] } });
  });

  it('is one delivery by the id that the author named', async () => {
    const { post } = await setUp(`${HOOK}, id: trigger.body.order`);
    const of = (order: string) => JSON.stringify({ day: 'x', order });
    const send = async (order: string, id: string) =>
      post('default/team/import', of(order), standard(of(order), { id }));
    expect((await send('1', 'a')).body.runs[0].created).toBe(true);
    expect((await send('1', 'b')).body.runs[0].created).toBe(false);
    expect((await send('2', 'c')).body.runs[0].created).toBe(true);
    expect((await post('default/team/import', BODY, standard(BODY))).status).toBe(422);
  });

  it('starts those of several workflows at one path whose secret it fits', async () => {
    const { post, secrets } = await setUp(HOOK, HOOK, 'path: team/import, secret: OTHER_KEY');
    secrets.set('OTHER_KEY', `whsec_${Buffer.alloc(32, 1).toString('base64')}`);
    const { body } = await post('default/team/import', BODY, standard(BODY));
    expect(body.runs.map(({ workflow }: { workflow: string }) => workflow)).toEqual(['w0', 'w1']);
  });
});

describe('a request is refused', () => {
  it.each<[what: string, path: string, body: string, headers: object, status: number]>([
    ['without a signature', 'default/team/import', BODY, {}, 401],
    ['with the signature of another body', 'default/team/import', BODY, standard('{}'), 401],
    ['with the scheme of another', 'default/team/import', BODY, { 'x-hub-signature-256': 'sha256=00' }, 401],
    ['at a path that nobody has', 'default/team/other', BODY, standard(BODY), 404],
    ['in another namespace', 'billing/team/import', BODY, standard(BODY), 404],
    ['at a path beside it', 'default/team/import/x', BODY, standard(BODY), 404],
    ['with dots in its path', 'default/x/../team/../../x', BODY, standard(BODY), 404],
    ['with inputs that do not fit', 'default/team/import', '{"day":1}', standard('{"day":1}'), 422],
    ['that is no JSON', 'default/team/import', 'day', standard('day'), 422],
    [
      'with a prototype for inputs',
      'default/team/import',
      '{"__proto__":{"day":"x"}}',
      standard('{"__proto__":{"day":"x"}}'),
      422,
    ],
  ])('%s', async (_, path, body, headers, status) => {
    const { post, audit } = await setUp(HOOK);
    expect((await post(path, body, headers)).status).toBe(status);
    expect((await audit.list({ limit: 5 })).length).toBe(0);
  });

  it('where the secret is not there or locked, and only the log says why', async () => {
    const { post, secrets, logged } = await setUp(HOOK);
    secrets.clear();
    const { status, body } = await post('default/team/import', BODY, standard(BODY));
    expect(status).toBe(503);
    expect(JSON.stringify(body)).not.toContain('HOOK_KEY');
    expect(logged).toContain('a webhook cannot check signatures');
  });

  it('when it is too large, before any of it is read', async () => {
    const { app, post } = await setUp(HOOK);
    expect((await post('default/team/import', new Uint8Array(262_145), {})).status).toBe(413);
    const server = await listen(app, { port: 0 });
    listening.push(server);
    const head =
      'POST /hooks/default/team/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n';
    expect(await firstLine(server.port, head)).toContain('413');
  });

  it('after many that did not fit, from the same address', async () => {
    const { post } = await setUp(HOOK);
    const statuses = new Set<number>();
    for (let i = 0; i < 61; i++) statuses.add((await post('default/team/import', BODY)).status);
    expect([...statuses]).toEqual([401, 429]);
  });
});

it('an unsigned webhook takes everybody, as its author was warned; the sender may name a delivery', async () => {
  const { post } = await setUp('path: open');
  const first = await post('default/open', BODY);
  expect((await post('default/open', BODY)).body.runs[0].run).not.toBe(first.body.runs[0].run);
  const named = await post('default/open', BODY, { 'webhook-id': 'a' });
  expect((await post('default/open', BODY, { 'webhook-id': 'a' })).body.runs[0]).toEqual({
    ...named.body.runs[0],
    created: false,
  });
});

it('a workflow that is applied or changed is known with the next request', async () => {
  const { apply, post } = await setUp(HOOK);
  expect((await post('default/late', BODY)).status).toBe(404);
  await apply('w0', 'path: late');
  expect((await post('default/late', BODY)).status).toBe(202);
  expect((await post('default/team/import', BODY, standard(BODY))).status).toBe(404);
});

function firstLine(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1').once('data', (text: string) => {
      socket.destroy();
      resolve(text.split('\r\n')[0] ?? '');
    });
    socket.once('error', reject);
  });
}
