/**
 * Every writing route of the table leaves one record in the audit log: who, what, what it was before or after, and the request. Asked one
 * after another of a real engine; a new route has a row here, or stands among those that change nothing.
 */
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Engine, openEngine } from '../../../cli/compose/engine.ts';
import { type Role, startOrchestrator, startWorker } from '../../../cli/compose/roles.ts';
import { serverParts } from '../../../cli/compose/server.ts';
import type { AuditRecord } from '../../../engine/core/audit/record.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { writeArchive } from '../../../engine/runtime/source/source-archive.ts';
import { createApp, type ServerApp } from '../../../server/app.ts';
import { ROUTES } from '../../../server/routes/index.ts';
import { createSecurity } from '../../../server/security/index.ts';
import { quietHost } from '../../support/in-process-cli.ts';
import { type TestRedis, testRedis } from '../../support/redis.ts';

/** They look, or sign a browser in. */
const CHANGES_NOTHING = [
  'testWorkflows',
  'validateWorkflows',
  'planWorkflow',
  'previewRetry',
  'previewRerun',
  'previewMark',
  'openSession',
  'closeSession',
];
/** They are called without a token; what they start is recorded as theirs. */
const ELSEWHERE = ['receiveWebhook'];

const FOLDER = writeArchive({ files: [], links: [] });
const FLOW = `
name: flow
triggers: [{ cron: "0 6 * * *" }]
tasks:
  ok: { uses: approval }
  told: { needs: ok, uses: wait, with: { signal: go } }
`;

interface Row {
  readonly id: string;
  /** Path after `/api/v1/`; `$name` is what was kept. */
  readonly path: string;
  readonly body?: object;
  readonly action: string;
  readonly keep?: { readonly as: string; readonly from: (answer: { [name: string]: unknown }) => unknown };
  /** Node that waits before it is asked. */
  readonly waits?: readonly [run: string, node: string];
}

const NS = 'namespaces/default';
const start = (as: string): Pick<Row, 'body' | 'keep'> => ({
  body: { workflow: 'flow' },
  keep: { as, from: ({ run }) => run },
});

/** In order: each finds what those before it have left. */
const ROWS: readonly Row[] = [
  {
    id: 'uploadFolder',
    path: `${NS}/folders/${FOLDER.hash}`,
    body: { archive: Buffer.from(FOLDER.bytes).toString('base64') },
    action: 'folder.upload',
  },
  { id: 'applyWorkflow', path: `${NS}/workflows/flow`, body: { source: FLOW }, action: 'workflow.create' },
  {
    id: 'applyWorkflow',
    path: `${NS}/workflows/flow`,
    body: { source: `${FLOW}  more: { uses: noop }\n` },
    action: 'workflow.change',
  },
  {
    id: 'rollbackWorkflow',
    path: `${NS}/workflows/flow/rollback`,
    body: { version: 1 },
    action: 'workflow.change',
  },
  { id: 'pauseSchedule', path: `${NS}/workflows/flow/schedules/0/pause`, body: {}, action: 'schedule.pause' },
  {
    id: 'resumeSchedule',
    path: `${NS}/workflows/flow/schedules/0/resume`,
    body: {},
    action: 'schedule.resume',
  },
  {
    id: 'startBackfill',
    path: `${NS}/workflows/flow/schedules/0/backfills`,
    body: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    action: 'schedule.backfill',
    keep: { as: 'backfill', from: ({ id }) => id },
  },
  {
    id: 'cancelBackfill',
    path: `${NS}/workflows/flow/schedules/0/backfills/$backfill/cancel`,
    body: {},
    action: 'schedule.backfill_cancel',
  },
  { id: 'startRun', path: `${NS}/runs`, action: 'run.start', ...start('run') },
  { id: 'pauseRun', path: `${NS}/runs/$run/pause`, body: {}, action: 'run.pause', waits: ['run', 'ok'] },
  { id: 'resumeRun', path: `${NS}/runs/$run/resume`, body: {}, action: 'run.resume' },
  { id: 'approveNode', path: `${NS}/runs/$run/nodes/ok/approve`, body: {}, action: 'run.approve' },
  {
    id: 'signalRun',
    path: `${NS}/runs/$run/signals/go`,
    body: {},
    action: 'run.signal',
    waits: ['run', 'told'],
  },
  { id: 'startRun', path: `${NS}/runs`, action: 'run.start', ...start('other') },
  {
    id: 'rejectNode',
    path: `${NS}/runs/$other/nodes/ok/reject`,
    body: {},
    action: 'run.reject',
    waits: ['other', 'ok'],
  },
  { id: 'markNode', path: `${NS}/runs/$other/nodes/ok/mark`, body: { as: 'skipped' }, action: 'run.mark' },
  { id: 'retryRun', path: `${NS}/runs/$other/retry`, body: { scope: 'all' }, action: 'run.retry' },
  {
    id: 'cancelRun',
    path: `${NS}/runs/$other/cancel`,
    body: {},
    action: 'run.cancel',
    waits: ['other', 'ok'],
  },
  {
    id: 'rerunRun',
    path: `${NS}/runs/$other/rerun`,
    body: {},
    action: 'run.start',
    keep: { as: 'again', from: ({ run }) => run },
  },
  {
    id: 'bulkCancel',
    path: `${NS}/bulk/cancel`,
    // The newest, which is that one: the backfill may have begun some before it was cancelled.
    body: { filter: { workflow: 'flow' }, limit: 1 },
    action: 'run.cancel',
    waits: ['again', 'ok'],
  },
  {
    id: 'bulkRetry',
    path: `${NS}/bulk/retry`,
    body: { filter: { workflow: 'flow', status: 'cancelled' }, limit: 1 },
    action: 'run.retry',
  },
  { id: 'removeWorkflow', path: `${NS}/workflows/flow`, action: 'workflow.remove' },
  { id: 'setLimit', path: `${NS}/limits/deploy`, body: { limit: 2 }, action: 'limit.set' },
  { id: 'resetLimit', path: `${NS}/limits/deploy`, action: 'limit.reset' },
  { id: 'setSecret', path: `${NS}/secrets/TOKEN`, body: { value: 'a secret value' }, action: 'secret.set' },
  { id: 'removeSecret', path: `${NS}/secrets/TOKEN`, action: 'secret.remove' },
  {
    id: 'testChannel',
    path: 'channels/ops/test',
    body: {},
    action: 'notifications.tell',
    keep: { as: 'notification', from: ({ id }) => id },
  },
  {
    id: 'retryNotification',
    path: `${NS}/notifications/$notification/retry`,
    body: {},
    action: 'notifications.retry',
  },
  {
    id: 'createToken',
    path: 'tokens',
    body: { name: 'ci', grants: { default: 'viewer' } },
    action: 'token.create',
    keep: { as: 'token', from: ({ id }) => id },
  },
  { id: 'revokeToken', path: 'tokens/$token', action: 'token.revoke' },
];

let redis: TestRedis;
let engine: Engine;
let roles: readonly Role[] = [];
let app: ServerApp;
let token: string;
const memory = new Map<string, string>();

beforeAll(async () => {
  redis = await testRedis();
  const env = {
    PATH: process.env['PATH'] ?? '',
    SLUICE_SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    SLUICE_CHANNELS: JSON.stringify({ ops: { webhook: { url: 'http://127.0.0.1:9/hook', secret: 'HOOK' } } }),
  };
  const { host } = quietHost({ cwd: tmpdir(), env });
  const { connection, url, prefix } = redis;
  const address = url ?? ('path' in connection ? `unix://${connection.path}` : '');
  engine = await openEngine(host, { redis: address, prefix, use: 'serve', logger: SILENT });
  roles = [
    await startOrchestrator(host, engine),
    await startWorker(host, engine, { queues: { default: 2 } }),
  ];
  const { tokens } = engine;
  token = (await tokens.create({ name: 'ada', grants: { '*': 'admin' }, createdBy: 'test' })).text;
  const security = createSecurity({ tokens, host: '127.0.0.1', requestsPerSecond: 0 });
  app = createApp(
    serverParts(host, engine, () => false),
    security,
  );
}, 30_000);

afterAll(async () => {
  await Promise.all(roles.map((role) => role.stop(0)));
  await engine?.close();
  await redis?.close();
});

async function ask(method: string, path: string, more: { body?: object; request?: string } = {}) {
  const filled = path.replace(/\$(\w+)/g, (_, name) => memory.get(name) ?? '?');
  const response = await app.request(`http://localhost/api/v1/${filled}`, {
    method: method.toUpperCase(),
    headers: {
      host: 'localhost',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-request-id': more.request ?? 'look',
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? {} : JSON.parse(text), text };
}

/** Asked until it is so: each look waits for nothing but the answer before. */
async function untilWaiting([run, node]: readonly [string, string]): Promise<void> {
  for (let state = ''; state !== 'waiting'; )
    state = (await ask('get', `${NS}/runs/$${run}/nodes/${node}`)).answer.status ?? '';
}

async function newest(): Promise<readonly AuditRecord[]> {
  return engine.audit.list({ limit: 50 });
}

it.each(ROWS.map((row, at) => [`${row.id}: ${row.action}`, row, at] as const))('%s', async (_, row, at) => {
  const route = ROUTES.find(({ id }) => id === row.id);
  if (row.waits) await untilWaiting(row.waits);
  const before = (await newest())[0]?.n ?? 0;
  const { status, answer, text } = await ask(route?.method ?? 'post', row.path, {
    request: `walk-${at}`,
    ...(row.body === undefined ? {} : { body: row.body }),
  });
  expect(status, text).toBeLessThan(300);
  if (row.keep) memory.set(row.keep.as, String(row.keep.from(answer)));
  const records = (await newest()).filter(({ n }) => n > before);
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    action: row.action,
    request: `walk-${at}`,
    who: { kind: 'token', name: 'ada', id: expect.stringMatching(/^[0-9a-f]{16}$/) },
  });
  const { before: was, after, asked } = records[0] ?? {};
  expect([was, after, asked].some((hash) => /^[0-9a-f]{64}$/.test(hash ?? ''))).toBe(true);
});

it('no writing route of the table is forgotten', async () => {
  const writing = ROUTES.filter(({ method }) => method !== 'get').map(({ id }) => id);
  const known = new Set([...ROWS.map(({ id }) => id), ...CHANGES_NOTHING, ...ELSEWHERE]);
  expect(writing.filter((id) => !known.has(id))).toEqual([]);
  expect((await engine.audit.verify()).problems).toEqual([]);
});
