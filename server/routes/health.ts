/** /livez, /readyz, /version. */
import { livez, metrics, readyz, version } from '../operations/health.ts';
import { RequestFailure } from '../problem.ts';
import { redisState } from '../redis-silence.ts';
import { route } from '../route.ts';

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
