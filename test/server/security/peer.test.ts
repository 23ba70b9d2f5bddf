/** Whose address counts behind proxies, and what it is used for. */
import { expect, it } from 'vitest';
import { parseRange } from '../../../engine/core/network/address-scope.ts';
import { listen } from '../../../server/listen.ts';
import { clientOf } from '../../../server/security/peer.ts';
import { guardedApp, NAMESPACE } from './guarded-app.ts';

const proxies = ['10.0.0.0/8', '127.0.0.1', 'fd00::/8'].flatMap((text) => parseRange(text) ?? []);

it.each<[what: string, connection: string, forwarded: string, client: string]>([
  ['no proxy is believed nothing', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['a proxy is believed', '10.0.0.5', '198.51.100.7', '198.51.100.7'],
  ['what the client wrote itself is not', '10.0.0.5', '203.0.113.9, 127.0.0.1, 198.51.100.7', '198.51.100.7'],
  ['a chain of proxies', '127.0.0.1', '203.0.113.9, 198.51.100.7, 10.1.1.1', '198.51.100.7'],
  ['a proxy that says nothing stands for itself', '10.0.0.5', '', '10.0.0.5'],
  ['what is no address ends it', '10.0.0.5', '198.51.100.7, unknown', '10.0.0.5'],
  ['ports', '10.0.0.5', '198.51.100.7:4711', '198.51.100.7'],
  ['IPv6', 'fd00::5', '[2001:db8::1]:4711', '2001:db8::1'],
  ['IPv4 in IPv6', '10.0.0.5', '::ffff:198.51.100.7', '198.51.100.7'],
  ['no connection', 'unknown', '198.51.100.7', 'unknown'],
])('%s', (_, connection, forwarded, client) => {
  expect(clientOf(connection, forwarded, proxies)).toBe(client);
});

async function statuses(
  settings: Parameters<typeof guardedApp>[0],
  clients: readonly string[],
): Promise<number[]> {
  const { app } = await guardedApp(settings);
  const listening = await listen(app, { port: 0 });
  const found: number[] = [];
  try {
    for (const client of clients) {
      const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': client };
      const address = `http://127.0.0.1:${listening.port}/api/v1/namespaces/${NAMESPACE}/runs`;
      found.push((await fetch(address, { headers })).status);
    }
  } finally {
    await listening.close(50);
  }
  return found;
}

it('each client behind a proxy has its own tries; whoever makes up addresses has not more', async () => {
  const clients = ['198.51.100.1', '198.51.100.1', '198.51.100.2'];
  const madeUp = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
  expect(await statuses({ strangersPerMinute: 1, proxies }, clients)).toEqual([401, 429, 401]);
  expect(await statuses({ strangersPerMinute: 1 }, madeUp)).toEqual([401, 429, 429]);
});

it('a server that is open to this machine is not open to those behind a proxy on it', async () => {
  const settings = { isOpenLocally: true, proxies };
  const { app } = await guardedApp(settings);
  const listening = await listen(app, { port: 0 });
  const status = async (headers: { readonly [name: string]: string }) =>
    (await fetch(`http://127.0.0.1:${listening.port}/api/v1/namespaces/${NAMESPACE}/runs`, { headers }))
      .status;
  expect([await status({}), await status({ 'x-forwarded-for': '198.51.100.7' })]).toEqual([204, 401]);
  await listening.close(50);
});
