/**
 * Objects of another namespace: every route that names a run is asked for a run that is there, by somebody who is admin, but of another
 * namespace, and through a path of that one. From the table, so that a new route is asked too.
 */
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { compileWorkflows } from '../../../dsl/index.ts';
import {
  createManualClock,
  createMemoryAuditStore,
  createMemoryRunIndex,
  createMemoryShardStore,
  createMemoryTokenStore,
} from '../../../engine/memory/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { AccessTokens } from '../../../engine/runtime/client/access-tokens.ts';
import { currentActing } from '../../../engine/runtime/client/acting.ts';
import { AuditLog } from '../../../engine/runtime/client/audit-log.ts';
import { auditedShardStore } from '../../../engine/runtime/client/audited-stores.ts';
import { createClient } from '../../../engine/runtime/client/client.ts';
import { createApp, type ServerApp } from '../../../server/app.ts';
import { isNamespaced } from '../../../server/operation.ts';
import type { ServerParts } from '../../../server/parts.ts';
import type { Route } from '../../../server/route.ts';
import { ROUTES } from '../../../server/routes/index.ts';
import { RunViews } from '../../../server/run-views.ts';
import { createSecurity } from '../../../server/security/index.ts';

const ROUTES_OF_RUNS = ROUTES.filter(({ path }) => path.includes('{run}'));
let app: ServerApp;
let audit: AuditLog;
let run: string;
let token: string;
let lookingToken: string;

beforeAll(async () => {
  const clock = createManualClock(1_700_000_000_000);
  const plain = createMemoryShardStore({ now: clock.now, clock, shards: 1, random: () => 0.5 });
  audit = new AuditLog({ store: createMemoryAuditStore(), now: clock.now });
  const store = auditedShardStore(plain, 1, { log: audit, acting: currentActing });
  const index = createMemoryRunIndex();
  const client = createClient({ store, index, shards: 1, clock, random: () => randomBytes(10) });
  const [plan] = compileWorkflows({ path: 'w.yaml', text: 'name: w\ntasks: { a: { uses: noop } }' }).plans;
  if (plan === undefined) throw new Error('no plan');
  run = (await client.start(plan)).run;
  const tokens = new AccessTokens({ store: createMemoryTokenStore(), now: clock.now, random: randomBytes });
  token = (await tokens.create({ name: 'b', grants: { billing: 'admin' }, createdBy: 't' })).text;
  lookingToken = (await tokens.create({ name: 'v', grants: { default: 'viewer' }, createdBy: 't' })).text;
  const views = new RunViews(client);
  const known: Partial<ServerParts> = {
    client,
    views,
    store,
    shards: 1,
    index,
    clock,
    logger: SILENT,
    newRequestId: () => 'r',
    isStopping: () => false,
  };
  // Whatever else a route asks for before it looks whose run it is has no place here.
  const parts = new Proxy(known as ServerParts, {
    get(target, name) {
      if (Reflect.has(target, name)) return Reflect.get(target, name);
      throw new Error(`asked for ${String(name)} before it was known whose run it is`);
    },
  });
  app = createApp(parts, createSecurity({ tokens, host: '127.0.0.1', requestsPerSecond: 0 }));
});

it('there are such routes', () => {
  expect(ROUTES_OF_RUNS.length).toBeGreaterThan(15);
});

it.each(ROUTES_OF_RUNS.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  async (_, route) => {
    const answer = await ask(route, 'billing');
    expect(answer).toMatchObject({ status: 404, code: 'run_not_found' });
    expect(answer.text).not.toContain('default');
    const there = await ask(route, 'default');
    if (!isNamespaced(route)) return expect(there).toMatchObject({ status: 404, code: 'run_not_found' });
    expect(there).toMatchObject({ status: 404, code: 'not_found' });
    expect(await audit.list({ limit: 1 })).toEqual([]);
  },
);

it('lists across namespaces hold only what the token may see', async () => {
  const list = async (text: string) => {
    const headers = { host: 'localhost', authorization: `Bearer ${text}` };
    const response = await app.request('http://localhost/api/v1/runs', { headers });
    return ((await response.json()) as { runs: { id: string }[] }).runs.map(({ id }) => id);
  };
  expect(await list(token)).toEqual([]);
  expect(await list(lookingToken)).toEqual([run]);
});

async function ask(route: Route, namespace: string) {
  const values = new Map([
    ['namespace', namespace],
    ['run', run],
    ['node', 'a'],
    ['attempt', '1'],
    ['signal', 'go'],
    ['artifact', 'x'],
  ]);
  const path = route.path.replace(/\{(\w+)\*?\}/g, (_, name: string) => values.get(name) ?? 'x');
  const query = queryOf(route);
  const body =
    route.body instanceof z.ZodUndefined || route.method === 'get'
      ? undefined
      : JSON.stringify(sampleOf(z.toJSONSchema(route.body, { io: 'input', unrepresentable: 'any' })));
  const response = await app.request(`http://localhost${path}${query}`, {
    method: route.method.toUpperCase(),
    headers: { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const [, code] = /"code":"(\w+)"/.exec(text) ?? [];
  return { status: response.status, code, text };
}

/** Comparing needs another run: the same, which is none of the caller's either. */
function queryOf({ query }: Route): string {
  const needed = Object.entries(query.shape).filter(
    ([, field]) => !(field as z.ZodType).safeParse(undefined).success,
  );
  return needed.length === 0 ? '' : `?${needed.map(([name]) => `${name}=${run}`).join('&')}`;
}

/** The least that fits a schema. */
function sampleOf(schema: z.core.JSONSchema._JSONSchema): unknown {
  if (typeof schema === 'boolean') return {};
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first !== undefined) return sampleOf(first);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === 'object')
    return Object.fromEntries(
      (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
    );
  if (schema.type === 'array') return [sampleOf(Array.isArray(schema.items) ? {} : (schema.items ?? {}))];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  return schema.type === 'string' ? 'a' : {};
}
