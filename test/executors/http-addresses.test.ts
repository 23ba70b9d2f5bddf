/** What a request may reach, with a real server on this machine and names that resolve as an attacker would have them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type AddressPolicy, parseAddressRule } from '../../engine/core/network/address-rules.ts';
import type { WorkerExecutor } from '../../engine/ports/executor.ts';
import type { ResolveAddresses } from '../../executors/http/guarded-connector.ts';
import { httpExecutor } from '../../executors/index.ts';
import { aBench, attempt, removeFolders } from '../support/execution-context.ts';

let server: Server;
let port = 0;
let asked: string[] = [];
const executors: WorkerExecutor[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const [, to] = /^\/to\?(.*)$/.exec(request.url ?? '') ?? [];
    if (to === undefined) response.end('reached');
    else response.writeHead(302, { location: decodeURIComponent(to) }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  asked = [];
  for (const executor of executors.splice(0)) await executor.close?.();
  await removeFolders();
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const policy = (...entries: readonly string[]): AddressPolicy => ({
  isLocalOpen: false,
  allowed: entries.flatMap((entry) => parseAddressRule(entry) ?? []),
});

async function get(url: string, addresses?: AddressPolicy, resolve?: ResolveAddresses) {
  const http = { ...(addresses ? { addresses } : {}), ...(resolve ? { resolve } : {}) };
  const executor = httpExecutor({ http });
  executors.push(executor);
  return attempt(executor, { url }, await aBench());
}

/** A name server that gives one answer after the other. */
function answers(
  ...lists: readonly (readonly string[])[]
): ResolveAddresses & { readonly count: () => number } {
  let count = 0;
  const resolve: ResolveAddresses = (_host, done) => {
    const list = lists[Math.min(count, lists.length - 1)] ?? [];
    count += 1;
    done(
      null,
      list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.assign(resolve, { count: () => count });
}

it.each([
  '127.0.0.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '0.0.0.0',
  'localhost',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '１２７.0.0.1',
])('%s is refused before anything is sent', async (host) => {
  const { error } = await get(`http://${host}:${port}/`);
  expect(error).toMatchObject({
    code: 'address_refused',
    message: expect.stringContaining('the machine itself'),
  });
  expect(asked).toEqual([]);
});

it.each(['169.254.169.254', '[fd00:ec2::254]', '100.100.100.200'])(
  '%s is refused also where this machine is open',
  async (host) => {
    const { error } = await get(`http://${host}/latest/meta-data`, { isLocalOpen: true, allowed: [] });
    expect(error).toMatchObject({ code: 'address_refused', message: expect.stringContaining('credentials') });
  },
);

it('says what was refused and what would allow it', async () => {
  const { error } = await get(`http://127.0.0.1:${port}/a`);
  expect(error?.message).toBe(
    `GET http://127.0.0.1:${port}/a was not sent: 127.0.0.1 is an address of the machine itself, which tasks of this worker may not reach. ` +
      `Whoever runs the worker can allow it: SLUICE_ALLOW_ADDRESSES=127.0.0.1:${port}`,
  );
});

it('an allowed address is reached, and a redirect from it to one that is not is refused', async () => {
  const allowed = policy(`127.0.0.1:${port}`);
  expect((await get(`http://127.0.0.1:${port}/`, allowed)).outputs).toMatchObject({ body: 'reached' });
  for (const target of ['http://127.0.0.2:1/', 'http://169.254.169.254/', `http://[::1]:${port}/`]) {
    const { error } = await get(`http://127.0.0.1:${port}/to?${encodeURIComponent(target)}`, allowed);
    expect(error?.code, target).toBe('address_refused');
  }
  const { error } = await get(`http://127.0.0.1:${port}/to?file:///etc/passwd`, allowed);
  expect(error).toMatchObject({ code: 'http_error', message: expect.stringContaining('no http or https') });
});

it('a name that leads inside is refused, whatever it is called', async () => {
  const { error } = await get(`http://innocent.example:${port}/`, policy(), answers(['127.0.0.1']));
  expect(error).toMatchObject({
    code: 'address_refused',
    message: expect.stringContaining('innocent.example (127.0.0.1)'),
  });
  expect(asked).toEqual([]);
});

it('a name that answers differently the second time is asked once, and the connection goes where the check looked', async () => {
  const rebinding = answers(['127.0.0.1'], ['127.0.0.2']);
  const { outputs } = await get(`http://rebind.example:${port}/`, policy('127.0.0.1'), rebinding);
  expect(outputs).toMatchObject({ body: 'reached' });
  expect(rebinding.count()).toBe(1);
});

it('of several answers only allowed ones are connected to', async () => {
  const mixed = answers(['10.255.255.1', '127.0.0.1']);
  const { outputs } = await get(`http://mixed.example:${port}/`, policy('127.0.0.0/8'), mixed);
  expect(outputs).toMatchObject({ body: 'reached' });
});

it('a name that is allowed leads to private networks, and never to the credentials of a cloud', async () => {
  const named = policy('api.internal');
  const inside = await get(`http://api.internal:${port}/`, named, answers(['127.0.0.1']));
  expect(inside.outputs).toMatchObject({ body: 'reached' });
  const { error } = await get('http://api.internal/', named, answers(['169.254.169.254']));
  expect(error?.code).toBe('address_refused');
});

it('https asks the same', async () => {
  expect((await get(`https://127.0.0.1:${port}/`)).error?.code).toBe('address_refused');
  const named = await get(`https://innocent.example:${port}/`, policy(), answers(['127.0.0.1']));
  expect(named.error?.code).toBe('address_refused');
});
