/** A receiver of webhooks on this machine. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenHook {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface HookReceiver {
  readonly url: string;
  /** What came, oldest first; whoever takes some out has taken it. */
  readonly seen: SeenHook[];
  /** What it answers from now on. */
  status: number;
  close(): Promise<void>;
}

export async function hookReceiver(): Promise<HookReceiver> {
  const seen: SeenHook[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      seen.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body });
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const receiver: HookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    status: 200,
    close: () => new Promise((done) => void server.close(() => done())),
  };
  return receiver;
}
