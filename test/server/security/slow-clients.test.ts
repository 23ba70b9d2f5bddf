/** Clients that are slow on purpose, on real connections: they cost the server neither a place for long nor memory. */
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, listen, type Patience } from '../../../server/listen.ts';
import { EventStream, eventFrame } from '../../../server/live/event-stream.ts';
import type { ServerEnv } from '../../../server/parts.ts';
import { guardedApp, NAMESPACE } from './guarded-app.ts';

const PATIENCE: Patience = { headersMs: 200, requestMs: 400, stillMs: 400, checkMs: 20 };
/** What a busy machine may add. */
const MUCH_LATER_MS = 3_000;
const RUNS = `/api/v1/namespaces/${NAMESPACE}/runs`;

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(app: Parameters<typeof listen>[0], patience = PATIENCE): Promise<number> {
  const listening: Listening = await listen(app, { port: 0, patience });
  open.push(() => listening.close(50));
  return listening.port;
}

/** Sends the bytes, then one more every 20 ms; resolves with what came back and when the connection was ended. */
function drip(port: number, bytes: string): Promise<{ readonly said: string; readonly ms: number }> {
  return new Promise((resolve) => {
    const began = performance.now();
    let said = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const more = setInterval(() => socket.write('a'), 20);
    open.push(() => socket.destroy());
    socket.setEncoding('latin1').on('data', (piece: string) => {
      said += piece;
    });
    // Writing on after the other end has gone.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearInterval(more);
      resolve({ said, ms: performance.now() - began });
    });
  });
}

describe('a request that comes byte by byte', () => {
  it('is ended when its headers are not there in time', async () => {
    const port = await serve((await guardedApp()).app);
    const { said, ms } = await drip(port, `GET ${RUNS} HTTP/1.1\r\nHost: localhost\r\nX: `);
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(ms).toBeGreaterThanOrEqual(PATIENCE.headersMs - 20);
    expect(ms).toBeLessThan(MUCH_LATER_MS);
  });

  it('is ended when its body is not there in time, also while it is being read', async () => {
    const app = new Hono<ServerEnv>();
    app.post('/', async ({ req }) => new Response(String((await req.text()).length)));
    app.onError(() => new Response(null, { status: 400 }));
    const port = await serve(app);
    const { said, ms } = await drip(
      port,
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n',
    );
    expect(said).not.toMatch(/ 200 /);
    expect(ms).toBeLessThan(MUCH_LATER_MS);
  });

  it('does not keep others waiting: two hundred of them, and one that is answered', async () => {
    const { app, token } = await guardedApp();
    const authorization = `Bearer ${await token({ '*': 'viewer' })}`;
    const port = await serve(app);
    const slow = Array.from({ length: 200 }, () => drip(port, 'GET / HTTP/1.1\r\nX: '));
    const { status } = await fetch(`http://127.0.0.1:${port}${RUNS}`, { headers: { authorization } });
    expect(status).toBe(204);
    for (const { ms } of await Promise.all(slow)) expect(ms).toBeLessThan(MUCH_LATER_MS);
  });
});

/** Asks, and then takes nothing of the answer. */
function askAndIgnore(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      socket.pause();
      resolve(socket);
    });
    open.push(() => socket.destroy());
    socket.on('error', () => {});
  });
}

const FRAME = eventFrame('1', 'x'.repeat(8_000));
/** Far more than all buffers of the two sockets, bytes. */
const ALL = 400 * 1024 * 1024;

describe('a reader that takes nothing', () => {
  it('of a live stream is let go, and what it was not sent was never kept', async () => {
    let sent = 0;
    let resolve = () => {};
    const letGo = new Promise<void>((done) => {
      resolve = done;
    });
    const app = new Hono<ServerEnv>();
    app.get('/', ({ env }) => {
      const { outgoing } = env as unknown as { readonly outgoing: { destroy(): void } };
      const stream = new EventStream({ disconnect: () => outgoing.destroy(), stalledMs: 200 });
      const feed = async () => {
        while (sent < ALL && (await stream.send(FRAME))) sent += FRAME.length;
        resolve();
      };
      void feed();
      return stream.response;
    });
    const port = await serve(app, { ...PATIENCE, stillMs: 60_000 });
    const before = process.memoryUsage().arrayBuffers;
    const socket = await askAndIgnore(port);
    await letGo;
    expect(sent).toBeLessThan(ALL / 8);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    await ended(socket);
  });

  it('of any other answer is let go when nothing has moved for long', async () => {
    let wasCancelled = () => {};
    const cancelled = new Promise<void>((resolve) => {
      wasCancelled = resolve;
    });
    let made = 0;
    const app = new Hono<ServerEnv>();
    app.get('/', () => {
      const pull = (controller: ReadableStreamDefaultController) => {
        made += FRAME.length;
        controller.enqueue(FRAME);
      };
      return new Response(new ReadableStream({ pull, cancel: wasCancelled }));
    });
    const socket = await askAndIgnore(await serve(app));
    await cancelled;
    expect(made).toBeLessThan(ALL / 8);
    await ended(socket);
  });
});

/** Takes what was in its buffers, and sees the end. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.resume();
  });
}
