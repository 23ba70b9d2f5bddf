/** A Redis that has come back and loads its data: clients go on when it is ready, not when it had guessed to be. */
import { createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Connections, createConnections } from '../../../engine/redis/connection.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Answers as a Redis does that says for the first two looks that it will load for ten more seconds. */
async function loadingRedis(): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const looks = { left: 2 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (data) => {
      for (const [name] of String(data).matchAll(/(?<=^\*\d+\r\n\$\d+\r\n)\w+/gm)) {
        const command = name.toLowerCase();
        asked.push(command);
        socket.write(command === 'info' ? bulk(looks.left-- > 0 ? LOADING : READY) : '+OK\r\n');
      }
    });
  });
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, asked };
}

const LOADING = 'redis_version:7.0.15\r\nloading:1\r\nloading_eta_seconds:10\r\n';
const READY = 'redis_version:7.0.15\r\nloading:0\r\n';
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

it('is asked again soon, whatever it has guessed', { timeout: 5_000 }, async () => {
  const { port, asked } = await loadingRedis();
  const connections: Connections = createConnections({ options: { host: '127.0.0.1', port } });
  closing.push(() => connections.close());
  expect(await connections.call('ping', [])).toBe('OK');
  expect(asked.filter((command) => command === 'info').length).toBeGreaterThanOrEqual(3);
});
