/**
 * Every route of the table × everybody who might call × ways to write the same path. The expectations come from the table alone, so a
 * new route is walked without a word here; one without a role does not start.
 */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { includes, isRole, type Role } from '../../../engine/core/access/role.ts';
import { type Listening, listen } from '../../../server/listen.ts';
import { isNamespaced } from '../../../server/operation.ts';
import type { Route } from '../../../server/route.ts';
import { ROUTES } from '../../../server/routes/index.ts';
import { requireRoles } from '../../../server/security/authorize.ts';
import { type GuardedApp, guardedApp, NAMESPACE, REACHED } from './guarded-app.ts';

const HOST = '127.0.0.1';
/** Those that anybody may call. One more is a decision, and stands here. */
const PUBLIC = [
  'openSession',
  'closeSession',
  'docs',
  'docsStyle',
  'livez',
  'openApi',
  'readyz',
  'receiveWebhook',
  'version',
  'workflowSchema',
];

/** Those that whoever has a token may call: their handlers look at each object. One more is a decision, and stands here. */
const BY_OBJECT = [
  'findRun',
  'getAccess',
  'listAlerts',
  'listAllLimits',
  'listAllNotifications',
  'listAllRuns',
  'listAllSchedules',
  'listAllSecrets',
  'listAllWorkflows',
];

let guarded: GuardedApp;
let listening: Listening;
let callers: Caller[] = [];
let walked = 0;

interface Caller {
  readonly name: string;
  readonly headers: { readonly [name: string]: string };
  /** What it may do in the namespace of the walk, and everywhere. */
  readonly here?: Role;
  readonly everywhere?: Role;
  /** Is somebody, though perhaps not here. */
  readonly isKnown: boolean;
}

beforeAll(async () => {
  guarded = await guardedApp();
  listening = await listen(guarded.app, { port: 0 });
  callers = await makeCallers(guarded);
});
afterAll(async () => {
  await listening.close(100);
  process.stdout.write(
    `The walk: ${ROUTES.length} routes × ${callers.length} callers, ${walked} requests.\n`,
  );
});

async function makeCallers({ token, expired, revoked }: GuardedApp): Promise<Caller[]> {
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const admin = await token({ '*': 'admin' });
  const stranger = (name: string, headers: Caller['headers']): Caller => ({ name, headers, isKnown: false });
  return [
    stranger('nobody', {}),
    stranger('garbage', bearer('garbage')),
    stranger('garbage of the right form', bearer(`slc_0123456789abcdef_${'A'.repeat(43)}`)),
    stranger('an empty token', { authorization: 'Bearer ' }),
    stranger('two tokens', bearer(`${admin} ${admin}`)),
    stranger('a JWT without a signature', bearer('eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.')),
    stranger('the token as a password', {
      authorization: `Basic ${Buffer.from(`admin:${admin}`).toString('base64')}`,
    }),
    stranger('the token as a cookie', { cookie: `token=${admin}; session=${admin}` }),
    stranger('the token in another header', { 'x-api-key': admin, token: admin }),
    stranger('an expired token', bearer(await expired())),
    stranger('a revoked token', bearer(await revoked())),
    { name: 'admin elsewhere', headers: bearer(await token({ other: 'admin' })), isKnown: true },
    ...(await Promise.all(
      (['viewer', 'operator', 'admin'] as const).flatMap((role) => [
        token({ [NAMESPACE]: role }).then((text) => ({
          name: role,
          headers: bearer(text),
          here: role,
          isKnown: true,
        })),
        token({ '*': role }).then((text) => ({
          name: `${role} everywhere`,
          headers: bearer(text),
          here: role,
          everywhere: role,
          isKnown: true,
        })),
      ]),
    )),
  ];
}

function pathOf(route: Route): string {
  const values = new Map([['namespace', NAMESPACE]]);
  return route.path.replace(/\{(\w+)\*?\}/g, (_, name: string) => values.get(name) ?? 'x');
}

/** What the table says: reached, or the status and code of the refusal. */
function expectation(route: Route, caller: Caller): string {
  if (route.role === 'public') return 'reached';
  if (!caller.isKnown) return '401 unauthenticated';
  if (!isRole(route.role)) return 'reached';
  const held = isNamespaced(route) ? caller.here : caller.everywhere;
  if (held !== undefined && includes(held, route.role)) return 'reached';
  return held === undefined && isNamespaced(route) ? '404 not_found' : '403 forbidden';
}

async function ask(route: Route, headers: Caller['headers'], more: RequestInit = {}): Promise<string> {
  walked++;
  const init = { method: route.method.toUpperCase(), ...more, headers: { host: HOST, ...headers } };
  const response = await guarded.app.request(`http://${HOST}${pathOf(route)}`, init);
  return outcome(response);
}

/** A HEAD has no body, and so no code. */
async function outcome(response: Response): Promise<string> {
  if (response.headers.has(REACHED)) return 'reached';
  const [, code] = /"code":"(\w+)"/.exec(await response.text()) ?? [];
  return code === undefined ? `${response.status}` : `${response.status} ${code}`;
}

describe('the table', () => {
  it('is open to anybody for what is listed here alone', () => {
    const open = ROUTES.filter(({ role }) => role === 'public').map(({ id }) => id);
    expect(open.sort()).toEqual(PUBLIC.sort());
    const byObject = ROUTES.filter(({ role }) => role === 'token').map(({ id }) => id);
    expect(byObject.sort()).toEqual(BY_OBJECT);
  });

  it('starts with no route that does not say who may call it, or hides its namespace', () => {
    const [some] = ROUTES;
    if (some === undefined) throw new Error('the table is empty');
    const { role: _, ...without } = some;
    expect(() => requireRoles([without as Route])).toThrow('has no role');
    expect(() => requireRoles([{ ...some, role: 'superuser' as Role }])).toThrow('has no role');
    const listed = ROUTES.find(isNamespaced);
    if (listed) expect(() => requireRoles([{ ...listed, path: '/api/v1/x' }])).toThrow('not in its path');
  });

  it('changes nothing by GET', () => {
    const writing = ROUTES.filter(({ method, role }) => method === 'get' && role === 'operator');
    expect(writing.map(({ id }) => id)).toEqual([]);
  });
});

describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  it('lets in whom the table lets in, and nobody else', async () => {
    for (const caller of callers)
      expect([caller.name, await ask(route, caller.headers)]).toEqual([
        caller.name,
        expectation(route, caller),
      ]);
  });

  it('is the same for HEAD, and for methods that are claimed elsewhere', async () => {
    const override = { 'x-http-method-override': 'GET', 'x-method-override': 'GET', 'x-http-method': 'GET' };
    for (const caller of callers) {
      const expected = expectation(route, caller);
      expect(await ask(route, { ...caller.headers, ...override })).toBe(expected);
      if (route.method !== 'get') continue;
      const head = await ask(route, caller.headers, { method: 'HEAD' });
      expect(head.slice(0, 3)).toBe(expected.slice(0, 3));
    }
  });

  it('is reached by no other method, and OPTIONS opens no other site', async () => {
    for (const method of ['OPTIONS', 'PATCH', 'GET', 'POST', 'PUT', 'DELETE']) {
      const listed = ROUTES.some((one) => one.method === method.toLowerCase() && samePath(one, route));
      if (listed) continue;
      expect(await ask(route, {}, { method })).toMatch(/^(404|405)/);
    }
    const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const response = await guarded.app.request(`http://${HOST}${pathOf(route)}`, {
      method: 'OPTIONS',
      headers: { host: HOST, ...preflight },
    });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('is not reached around its guard by another way to write the path', async () => {
    if (route.role === 'public') return;
    const viewerElsewhere = callers.find(({ name }) => name === 'admin elsewhere')?.headers ?? {};
    for (const path of tricks(pathOf(route)))
      for (const headers of route.role === 'token' ? [{}] : [{}, viewerElsewhere]) {
        const { reached, status } = await askRaw(route.method, path, headers);
        const allowed =
          reached !== undefined && ROUTES.some((one) => one.id === reached && one.role === 'public');
        expect([path, reached === undefined || allowed, status >= 400 || allowed]).toEqual([
          path,
          true,
          true,
        ]);
      }
  });
});

function samePath(a: Route, b: Route): boolean {
  return pathOf(a) === pathOf(b);
}

/** As they go over the wire: no client makes them plain before. */
function tricks(path: string): string[] {
  const last = path.lastIndexOf('/');
  const [head, tail] = [path.slice(0, last), path.slice(last + 1)];
  return [
    `/${path}`,
    path.replace('/api', '//api'),
    path.replaceAll('/', '//'),
    `/.${path}`,
    `/x/..${path}`,
    `/livez/..${path}`,
    `/livez/%2e%2e${path}`,
    `/livez/%2e%2e%2f${path.slice(1)}`,
    `/livez%2f..${path}`,
    `${head}/./${tail}`,
    `${head}/%2e/${tail}`,
    `${path}/`,
    `${path}//`,
    `${path}/.`,
    `${path};x=y`,
    `${path}.json`,
    `${path}%00`,
    `${path}%20`,
    `${path}?access_token=x&role=admin`,
    `${path}#x`,
    path.toUpperCase(),
    path.replace('api', 'API'),
    path.replace('api', '%61pi'),
    path.replaceAll('/', '\\'),
    path.replaceAll('/', '%5c'),
    path.replace(NAMESPACE, `other%2f..%2f${NAMESPACE}`),
    path.replace(NAMESPACE, `%62illing`),
    `http://evil.example${path}`,
    `*${path}`,
  ];
}

function askRaw(
  method: string,
  path: string,
  headers: { readonly [name: string]: string },
): Promise<{ readonly status: number; readonly reached: string | undefined }> {
  walked++;
  return new Promise((resolve, reject) => {
    const { host, port } = listening;
    const sent = httpRequest({ host, port, method: method.toUpperCase(), path, headers }, (response) => {
      response.resume();
      const reached = response.headers[REACHED];
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          reached: typeof reached === 'string' ? reached : undefined,
        }),
      );
    });
    sent.once('error', reject);
    sent.end();
  });
}
