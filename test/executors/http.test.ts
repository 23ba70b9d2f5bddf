import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../executors/http/retry-after.ts';
import { httpExecutor } from '../../executors/index.ts';
import { type Attempt, aBench, attempt, type Bench, removeFolders } from '../support/execution-context.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const addresses = { isLocalOpen: true, allowed: [] };
const http = httpExecutor({ http: { addresses } });
const handlers = new Map<string, Handler>();
const servers: Server[] = [];
let base = '';
let other = '';

beforeAll(async () => {
  base = await listen();
  other = await listen();
});
afterEach(removeFolders);
afterAll(async () => {
  await http.close?.();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const handler = handlers.get(path) ?? ((_request, answer) => answer.writeHead(404).end('no such page'));
      handler(request, response, Buffer.concat(chunks).toString());
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function get(
  path: string,
  handler: Handler,
  options: object = {},
): Promise<Attempt & { bench: Bench }> {
  handlers.set(path, handler);
  const bench = await aBench();
  return { ...(await attempt(http, { url: base + path, ...options }, bench)), bench };
}

const echo: Handler = ({ method, url, headers }, response, body) => {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'X-Made': ['a', 'b'] });
  response.end(JSON.stringify({ method, url, headers, body }));
};

describe('a request', () => {
  it('sends method, query, headers and JSON', async () => {
    const { outputs } = await get('/echo', echo, {
      method: 'put',
      query: { q: 'a b', n: 1, list: ['x', 'y'], none: null },
      headers: { Authorization: 'Bearer t', 'X-Count': 3 },
      json: { a: [1, null] },
    });
    expect(outputs).toMatchObject({ status: 200, headers: { 'x-made': 'a, b' } });
    expect(outputs?.['body']).toMatchObject({
      method: 'PUT',
      url: '/echo?q=a+b&n=1&list=x&list=y',
      body: '{"a":[1,null]}',
      headers: { authorization: 'Bearer t', 'x-count': '3', 'content-type': 'application/json' },
    });
  });

  it('is POST when it has a body, and takes user info as credentials', async () => {
    handlers.set('/post', echo);
    const url = `${base.replace('//', '//user:p%40ss@')}/post`;
    const { outputs } = await attempt(http, { url, body: 'text' }, await aBench());
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(outputs?.['body']).toMatchObject({ method: 'POST', body: 'text', headers: { authorization } });
  });

  it.each([
    [{}, /`url`/],
    [{ url: 'ftp://x' }, /http:\/\/ or https:\/\//],
    [{ url: 'file:///etc/passwd' }, /http:\/\/ or https:\/\//],
    [{ url: 'http://x', json: 1, body: 'x' }, /either `json` or `body`/],
    [{ url: 'http://x', method: 'GET\r\nX: y' }, /`method`/],
    [{ url: 'http://x', headers: { 'X-A': 'a\r\nX-B: b' } }, /header `X-A`/],
    [{ url: 'http://x', headers: { 'bad name': 'a' } }, /"bad name"/],
    [{ url: 'http://x', success: 'status ==' }, /`success`/],
    [{ url: 'http://x', success: 'inputs.x == 1' }, /`inputs\.x` is not known here/],
    [{ url: 'http://x', max_bytes: 0 }, /`max_bytes`/],
    [{ url: 'http://x', methods: 'GET' }, /methods/],
  ])('%j is refused', async (options, message) => {
    const { error } = await attempt(http, options, await aBench());
    expect(error).toMatchObject({ code: 'invalid_options', message: expect.stringMatching(message) });
  });
});

describe('a body', () => {
  it.each<[string, string, Buffer, unknown]>([
    ['text', 'text/plain', Buffer.from('grün'), 'grün'],
    ['JSON of any +json type', 'application/problem+json', Buffer.from('[1]'), [1]],
    ['text in its charset', 'text/plain; charset="iso-8859-1"', Buffer.from('gr\xfcn', 'latin1'), 'grün'],
    ['text in an unknown charset', 'text/plain; charset=nonsense', Buffer.from('x'), 'x'],
    ['other data', 'image/png', Buffer.from([0x89, 0xff, 0]), { base64: 'if8A' }],
    ['nothing', 'application/json', Buffer.alloc(0), null],
  ])('may be %s', async (_what, type, bytes, expected) => {
    const { outputs } = await get('/body', (_request, response) =>
      response.writeHead(200, { 'content-type': type }).end(bytes),
    );
    expect(outputs?.['body']).toEqual(expected);
  });

  it('is decompressed, and the limit counts what comes out', async () => {
    const send: Handler = (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(50_000)));
    expect((await get('/zip', send)).outputs?.['body']).toHaveLength(50_000);
    expect((await get('/zip', send, { max_bytes: 49_999 })).error?.code).toBe('output_too_large');
  });

  it('without an end is cut off at the limit', async () => {
    const { error } = await get('/flood', (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(error).toMatchObject({
      code: 'output_too_large',
      message: expect.stringContaining('larger than 1000000 bytes'),
    });
  });

  it.each<[string, Handler, RegExp]>([
    [
      'damaged JSON',
      (_q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{'),
      /says it is JSON, but is not/,
    ],
    [
      'damaged gzip',
      (_q, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
      /compressed response is damaged/,
    ],
    [
      'half a body',
      (_q, r) => {
        r.writeHead(200, { 'content-length': '100' });
        r.write('x');
        setImmediate(() => r.destroy());
      },
      /closed the connection|ended before/,
    ],
    ['a dropped connection', (q) => q.socket.destroy(), /closed the connection/],
  ])('that is %s is an error', async (_what, handler, message) => {
    const { error } = await get('/broken', handler);
    expect(error).toMatchObject({ code: 'http_error', message: expect.stringMatching(message) });
  });
});

describe('cost', () => {
  const priced =
    (status: number): Handler =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-cost': '0.25' });
      response.end('{"usage":{"tokens":500}}');
    };

  it.each<[string | number, number[]]>([
    ['mul(body.usage.tokens, 0.001)', [0.5]],
    ["${{ fromJSON(headers['x-cost']) }}", [0.25]],
    [2, [2]],
    ['default(body.price, null)', []],
  ])('may be %j', async (cost, expected) => {
    const result = await get('/priced', priced(200), { cost });
    expect(result.error).toBeUndefined();
    expect(result.bench.costs).toEqual(expected);
  });

  it('counts for a response that is no success as well, which may lack what it asks for', async () => {
    const failed = await get('/priced', priced(500), { cost: 'mul(body.usage.tokens, 0.001)' });
    expect(failed).toMatchObject({ error: { code: 'http_status' }, bench: { costs: [0.5] } });
    const lacking = await get('/priced', priced(500), { cost: 'body.price' });
    expect(lacking).toMatchObject({ error: { code: 'http_status' }, bench: { costs: [] } });
  });

  it('that a success does not tell fails it', async () => {
    const { error } = await get('/priced', priced(200), { cost: 'body.price' });
    expect(error).toMatchObject({
      code: 'unresolved_reference',
      message: expect.stringContaining('`cost: body.price` could not be evaluated'),
    });
  });
});

describe('success', () => {
  it('is 200 to 299, and a failure shows what the response says', async () => {
    const { error } = await get(
      '/missing',
      (_request, response) => response.writeHead(404).end('no such page'),
      { query: { token: 'canary' } },
    );
    expect(error).toMatchObject({ code: 'http_status', status: 404 });
    expect(error?.message).toBe(
      `GET ${base}/missing answered 404; expected 200 to 299. The response says: no such page`,
    );
  });

  it.each<[string | boolean, boolean]>([
    ['status == 404', true],
    ['${{ status < 500 }}', true],
    ["headers['x-made'] == 'a' && body.rows > 1", true],
    ['body.rows > 2', false],
    [false, false],
  ])('may be the condition %j', async (success, expected) => {
    const send: Handler = (_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json', 'x-made': 'a' }).end('{"rows":2}');
    };
    const result = await get('/rule', send, { success });
    expect(result.error?.code).toBe(expected ? undefined : 'http_status');
  });

  it('is no answer when the condition cannot be evaluated', async () => {
    const { error } = await get('/rule', (_request, response) => response.end('text'), {
      success: 'body.rows > 1',
    });
    expect(error).toMatchObject({
      code: 'unresolved_reference',
      message: expect.stringContaining('success: body.rows > 1'),
    });
  });

  it('missed passes on the pause that the server asks for', async () => {
    const busy: Handler = (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end();
    expect((await get('/busy', busy)).error).toMatchObject({
      code: 'http_status',
      status: 429,
      retry_after: 7_000,
    });
  });

  it.each<[string | undefined, string | undefined, number | undefined]>([
    ['0', undefined, 0],
    ['120', undefined, 120_000],
    ['Sun, 01 Mar 2026 06:00:30 GMT', 'Sun, 01 Mar 2026 06:00:00 GMT', 30_000],
    ['Sun, 01 Mar 2026 06:00:30 GMT', undefined, 10_000],
    ['Sun, 01 Mar 2026 06:00:00 GMT', undefined, 0],
    ['99999999999999999999', undefined, 86_400_000],
    ['Sun, 01 Mar 2099 06:00:00 GMT', undefined, 86_400_000],
    ['soon', undefined, undefined],
    [undefined, undefined, undefined],
  ])('Retry-After %j with Date %j is %j ms', (header, date, expected) => {
    expect(parseRetryAfter(header, { date, now: () => Date.parse('2026-03-01T06:00:20Z') })).toBe(expected);
  });
});

describe('redirects', () => {
  const to =
    (location: string, status = 302): Handler =>
    (_request, response) =>
      response.writeHead(status, { location }).end('moved');

  it('are followed; POST becomes GET, but not for 307', async () => {
    handlers.set('/target', echo);
    const seen = await get('/302', to('/target'), { body: 'x' });
    expect(seen.outputs?.['body']).toMatchObject({ method: 'GET', body: '' });
    const kept = await get('/307', to('target', 307), { body: 'x' });
    expect(kept.outputs?.['body']).toMatchObject({ method: 'POST', body: 'x' });
  });

  it('do not carry credentials to another origin', async () => {
    handlers.set('/target', echo);
    const headers = { authorization: 'a', cookie: 'b', 'x-other': 'c' };
    const away = await get('/away', to(`${other}/target`), { headers });
    const own = { authorization: expect.anything() };
    const cookie = { cookie: expect.anything() };
    expect(away.outputs?.['body']).toMatchObject({ headers: { 'x-other': 'c' } });
    expect(away.outputs?.['body']).not.toMatchObject({ headers: own });
    expect(away.outputs?.['body']).not.toMatchObject({ headers: cookie });
    const stay = await get('/stay', to('/target'), { headers });
    expect(stay.outputs?.['body']).toMatchObject({ headers });
  });

  it('end after five', async () => {
    const { error } = await get('/loop', to('/loop'));
    expect(error).toMatchObject({
      code: 'http_error',
      message: expect.stringContaining('more than 5 times'),
    });
  });

  it.each(['file:///etc/passwd', 'gopher://x/', 'http://[bad'])('to %s are refused', async (location) => {
    const { error } = await get('/bad', to(location));
    expect(error).toMatchObject({
      code: 'http_error',
      message: expect.stringContaining('no http or https address'),
    });
  });
});

describe('the connection', () => {
  it('refused is a sentence', async () => {
    const { error } = await attempt(http, { url: 'http://127.0.0.1:1/x' }, await aBench());
    expect(error).toMatchObject({
      code: 'http_error',
      message: 'GET http://127.0.0.1:1/x was refused: nothing listens at that address and port.',
    });
  });

  it.each<[string, Handler]>([
    ['the headers', () => {}],
    ['the body', (_request, response) => void response.writeHead(200).write('first')],
  ])('is closed by a stop while it waits for %s', async (_what, handler) => {
    const bench = await aBench();
    const closed = new Promise((resolve) => {
      handlers.set('/slow', (request, response, body) => {
        request.socket.once('close', resolve);
        handler(request, response, body);
        setImmediate(() => bench.stop('timeout'));
      });
    });
    expect((await attempt(http, { url: `${base}/slow` }, bench)).error?.code).toBe('timeout');
    await closed;
  });

  it('is given up after a long silence', async () => {
    const impatient = httpExecutor({ http: { addresses, idleTimeoutMs: 50 } });
    handlers.set('/silent', () => {});
    const { error } = await attempt(impatient, { url: `${base}/silent` }, await aBench());
    await impatient.close?.();
    expect(error).toMatchObject({
      code: 'http_error',
      message: expect.stringContaining('did not answer in time'),
    });
  });
});
