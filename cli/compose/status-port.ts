/**
 * The port on which a role tells how it is: /metrics for Prometheus, /livez and /readyz for whoever starts and stops it. Nothing
 * can be changed through it, and it says nothing of any run; it listens at 127.0.0.1 unless told otherwise.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../engine/core/errors.ts';
import { usageFailure } from '../failure.ts';
import type { StatusAddress } from '../status-address.ts';
import type { Engine } from './engine.ts';
import { withinTime } from './metrics.ts';

export interface StatusPort {
  readonly port: number;
  close(): Promise<void>;
}

const PATIENCE_MS = 2_000;

/** @param roleState `ok` once the role works, and until it is told to stop. @throws CliFailure */
export async function openStatusPort(
  engine: Engine,
  { host, port }: StatusAddress,
  roleState: () => string,
): Promise<StatusPort> {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384 },
    (request, response) => {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return send(response, 405, 'It takes GET only.\n');
      answer(engine, new URL(request.url ?? '/', 'http://status'), { response, roleState }).catch(
        (thrown: unknown) => send(response, 500, `${messageOf(thrown)}\n`),
      );
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((thrown: unknown) => {
    throw usageFailure(
      `--metrics-port: cannot listen at ${host}:${port}: ${messageOf(thrown)}. Choose another port.`,
    );
  });
  const bound = (server.address() as AddressInfo).port;
  engine.logger.info('metrics and health', {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
  });
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answering {
  readonly response: ServerResponse;
  readonly roleState: () => string;
}

async function answer(engine: Engine, url: URL, { response, roleState }: Answering): Promise<void> {
  if (url.pathname === '/livez') return send(response, 200, 'ok\n');
  if (url.pathname === '/readyz')
    return tellReadiness(response, await partsOf(engine, roleState), url.searchParams.has('verbose'));
  if (url.pathname === '/metrics' && engine.metrics)
    return send(response, 200, await engine.metrics.text(), engine.metrics.contentType);
  send(response, 404, 'There are /metrics, /livez and /readyz.\n');
}

async function partsOf({ store }: Engine, roleState: () => string): Promise<ReadonlyMap<string, string>> {
  const redis = await withinTime(store.now(), PATIENCE_MS).then(() => 'ok', messageOf);
  return new Map([
    ['role', roleState()],
    ['redis', redis],
  ]);
}

/** What is not ready is said always, all parts only when asked. */
function tellReadiness(
  response: ServerResponse,
  parts: ReadonlyMap<string, string>,
  isVerbose: boolean,
): void {
  const missing = [...parts].filter(([, state]) => state !== 'ok');
  const told = isVerbose ? [...parts] : missing;
  const lines = told.map(([part, state]) => `${part}: ${state}\n`).join('');
  send(response, missing.length === 0 ? 200 : 503, lines === '' ? 'ok\n' : lines);
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
