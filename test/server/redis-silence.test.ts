/** A Redis that takes commands and says nothing: requests end with a sentence, and go on when it does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SILENT } from '../../engine/ports/logger.ts';
import {
  type Connections,
  createConnections,
  createRedisRunIndex,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { createApp, type ServerApp } from '../../server/app.ts';
import type { ServerParts } from '../../server/parts.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

const RUNS = '/api/v1/namespaces/default/runs';

let redis: PrivateRedis;
let connections: Connections;
let app: ServerApp;

beforeAll(async () => {
  redis = await privateRedis();
  connections = createConnections(redis.connection);
  const [store, index] = [createRedisShardStore(connections), createRedisRunIndex(connections)];
  app = createApp({ store, index, logger: SILENT, isStopping: () => false } as unknown as ServerParts);
});

afterAll(async () => {
  redis.thaw();
  await connections.close();
  await redis.stop();
});

it('is told within seconds, and is over when it answers again', async () => {
  expect((await app.request(RUNS)).status).toBe(200);
  redis.freeze();
  const refused = await app.request(RUNS);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({
    code: 'redis_unreachable',
    instance: RUNS,
    detail: expect.stringMatching(/^Redis does not answer .*\/readyz/),
  });
  expect((await app.request('/readyz?verbose')).status).toBe(503);
  expect((await app.request('/livez')).status).toBe(200);
  redis.thaw();
  await expect.poll(async () => (await app.request(RUNS)).status, { timeout: 20_000 }).toBe(200);
  expect((await app.request('/readyz?verbose')).status).toBe(200);
});
