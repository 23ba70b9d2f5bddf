import { createServer } from 'node:net';

/** A TCP port of this machine that nobody listens to. */
export function freePort(): Promise<number> {
  return tryPort(0).then((port) => port ?? freePort());
}

/** The port if nobody listens to it, 0 for any. */
export function tryPort(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
