/** What stands between a request and its route, beside the roles that walk.test.ts walks. */
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../server/listen.ts';
import { guardedApp, NAMESPACE, REACHED } from './guarded-app.ts';

const RUNS = `/api/v1/namespaces/${NAMESPACE}/runs`;
const open: Listening[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close(50);
});

async function setUp(settings: Parameters<typeof guardedApp>[0] = {}) {
  const { app, token } = await guardedApp(settings);
  const authorization = `Bearer ${await token({ '*': 'admin' })}`;
  const get = (headers: { readonly [name: string]: string } = {}, path = RUNS) =>
    app.request(`http://x${path}`, { headers: { host: '127.0.0.1:4680', authorization, ...headers } });
  return { app, get, authorization };
}

describe('web pages of others', () => {
  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:4680',
    '',
    '10.0.0.5',
    '0.0.0.0',
  ])(
    'a name that was made to mean this machine (%j) is not answered, whatever token comes along',
    async (host) => {
      const { get } = await setUp();
      for (const path of [RUNS, '/livez', '/nothing']) {
        const response = await get({ host }, path);
        expect([path, response.status]).toEqual([path, 403]);
      }
    },
  );

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST:4680', '[::1]:4680'])('%s is this machine', async (host) => {
    const { get } = await setUp();
    expect((await get({ host })).headers.get(REACHED)).toBe('listRuns');
  });

  it('a name that the operator gave is answered, no other', async () => {
    const { get } = await setUp({ host: '0.0.0.0', hosts: ['sluice.example.com'] });
    expect((await get({ host: 'sluice.example.com' })).status).toBe(204);
    expect((await get({ host: 'evil.example' })).status).toBe(403);
  });

  it('a load balancer may ask by the address how a named server is, and nothing else', async () => {
    const { get } = await setUp({ host: '0.0.0.0', hosts: ['sluice.example.com'] });
    for (const path of ['/livez', '/readyz'])
      expect((await get({ host: '10.1.2.3:4680' }, path)).status).not.toBe(403);
    expect((await get({ host: '10.1.2.3:4680' }, '/version')).status).toBe(403);
  });

  it.each<[what: string, headers: { readonly [name: string]: string }]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['the same name on another port', { origin: 'http://127.0.0.1:3000' }],
    ['a form of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ])('%s is refused, and told nothing that would let it read the answer', async (_, headers) => {
    const { get } = await setUp();
    const response = await get(headers);
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it("the server's own pages and links to it work", async () => {
    const { get } = await setUp();
    expect((await get({ origin: 'http://127.0.0.1:4680', 'sec-fetch-site': 'same-origin' })).status).toBe(
      204,
    );
    expect((await get({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(204);
  });
});

describe('answers', () => {
  it.each([RUNS, '/livez', '/nothing', '/api/v1/tokens'])(
    '%s tells browsers to do nothing with it',
    async (path) => {
      const { app } = await setUp();
      const { headers } = await app.request(`http://x${path}`, { headers: { host: 'localhost' } });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toContain('no-store');
    },
  );

  it('say how to come in, and tell no stranger whether a namespace is there', async () => {
    const { app, get } = await setUp();
    const response = await app.request(`http://x${RUNS}`, { headers: { host: 'localhost' } });
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="sluice"');
    const told = async (token: string) =>
      (await (await get({ authorization: token })).text()).replace(/"requestId":"[^"]*"/, '');
    expect(await told('Bearer x')).toEqual(await told(`Bearer slc_0123456789abcdef_${'A'.repeat(43)}`));
  });
});

describe('how often', () => {
  it('a token may call is bounded, and each token counts for itself', async () => {
    const { app, token } = await guardedApp({ requestsPerSecond: 1 });
    const [one, other] = [await token({ '*': 'viewer' }), await token({ '*': 'viewer' })];
    const status = async (text: string) =>
      app.request(`http://x${RUNS}`, { headers: { host: 'localhost', authorization: `Bearer ${text}` } });
    for (let i = 0; i < 10; i++) expect((await status(one)).status).toBe(204);
    const refused = await status(one);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    expect((await status(other)).status).toBe(204);
  });

  it('strangers may guess is bounded, and good tokens from the same address are still good', async () => {
    const { app, get } = await setUp({ strangersPerMinute: 3 });
    const guess = () =>
      app.request(`http://x${RUNS}`, { headers: { host: 'localhost', authorization: 'Bearer x' } });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await guess()).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await get()).status).toBe(204);
  });
});

describe('callers of this machine', () => {
  it('need a token unless the server was told otherwise, and then a page of another site still gets nothing', async () => {
    const closed = await listenTo(await guardedApp());
    const opened = await listenTo(await guardedApp({ isOpenLocally: true }));
    const status = async (port: number, headers = {}) =>
      (await fetch(`http://127.0.0.1:${port}${RUNS}`, { headers })).status;
    expect(await status(closed)).toBe(401);
    expect(await status(opened)).toBe(204);
    expect(await status(opened, { origin: 'https://evil.example' })).toBe(403);
    expect(await status(opened, { authorization: 'Bearer wrong' })).toBe(401);
    expect(
      await rawStatus(opened, `GET ${RUNS} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`),
    ).toBe(403);
    const forwarded = {
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1',
    };
    expect(await status(closed, forwarded)).toBe(401);
  });
});

describe('bodies', () => {
  it('of strangers are refused before they are read', async () => {
    const port = await listenTo(await guardedApp());
    const head = `POST ${RUNS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n`;
    expect(await rawStatus(port, head)).toBe(401);
  });

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length beside chunks', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
    ['no end of a header', `X: ${'a'.repeat(40_000)}\r\n\r\n`],
    ['a broken header', 'X : y\r\n\r\n'],
  ])('%s are refused by the parser', async (_, rest) => {
    const port = await listenTo(await guardedApp());
    const status = await rawStatus(port, `POST ${RUNS} HTTP/1.1\r\nHost: localhost\r\n${rest}`);
    expect([400, 401, 431]).toContain(status);
  });
});

async function listenTo({ app }: Pick<Awaited<ReturnType<typeof guardedApp>>, 'app'>): Promise<number> {
  const listening = await listen(app, { port: 0 });
  open.push(listening);
  return listening.port;
}

/** Sends these bytes and nothing more; answers the status of what comes back. */
function rawStatus(port: number, bytes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
      if (status === undefined) return;
      socket.destroy();
      resolve(Number(status));
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(0));
  });
}
