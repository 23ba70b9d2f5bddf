/** /livez, /readyz, /version. */
import { messageOf } from '../../engine/core/errors.ts';
import { livez, metrics, readyz, version } from '../operations/health.ts';
import type { ServerParts } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { route } from '../route.ts';

/** A part that takes longer is not ready, ms. */
const PATIENCE_MS = 2_000;

export const healthRoutes = [
  route(livez)(() => ({ body: { status: 'ok' } })),

  route(readyz)(async (_call, parts) => {
    const states = {
      server: parts.isStopping() ? 'stopping' : 'ok',
      redis: await redisState(parts),
    };
    const isReady = Object.values(states).every((state) => state === 'ok');
    return { status: isReady ? 200 : 503, body: { status: isReady ? 'ok' : 'not_ready', parts: states } };
  }),

  route(metrics)(async (_call, { metrics: measured }) => {
    if (measured === undefined) throw new RequestFailure('not_found', 'This server measures nothing.');
    const headers = { 'content-type': measured.contentType, 'cache-control': 'no-store' };
    return new Response(await measured.text(), { headers });
  }),

  route(version)((_call, parts) => ({ body: { name: 'sluice', version: parts.version } })),
];

async function redisState({ store }: ServerParts): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, `no answer within ${PATIENCE_MS} ms`);
  });
  const asked = store.now().then(() => 'ok', messageOf);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
