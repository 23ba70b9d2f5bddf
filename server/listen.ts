/**
 * Puts the API on a socket. Slow clients get no further than their limits (`PATIENCE`), and connections end with the server in the
 * order that lets each finish what it can (see `close`).
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { ServerApp } from './app.ts';

export interface ListenOptions {
  /** Address to listen at. Default: 127.0.0.1. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Shorter in tests. */
  readonly patience?: Patience;
}

/** How long a client may take, ms. */
export interface Patience {
  /** For the headers of a request, from the connection on. */
  readonly headersMs: number;
  /** For a whole request with its body. */
  readonly requestMs: number;
  /** In which nothing moves on a connection, such as an answer that nobody takes. Longer than any answer is waited for. */
  readonly stillMs: number;
  /** Between two looks at the first two. */
  readonly checkMs: number;
}

/** Node itself looks every 30 s only, so that 10 s would be up to 40. */
const PATIENCE: Patience = { headersMs: 10_000, requestMs: 60_000, stillMs: 120_000, checkMs: 1_000 };

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Takes no new connections, lets requests end for up to `graceMs`, then ends what is left. */
  close(graceMs: number): Promise<void>;
}

/** @throws what `listen` throws: EADDRINUSE, EACCES */
export async function listen(
  app: ServerApp,
  { host = '127.0.0.1', port, patience = PATIENCE }: ListenOptions,
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: patience.checkMs,
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16_384,
    },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  server.setTimeout(patience.stillMs);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return { host: address.address, port: address.port, close: (graceMs) => close(server, graceMs) };
}

/** `server.close` waits for every connection, also for those that nobody uses any more. */
async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // Those that are in use now become idle as soon as they are answered.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const last = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(last);
}
