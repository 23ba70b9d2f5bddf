/** A connection that is ended leaves nobody waiting, in whatever state it is. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BlockingConnection } from '../../../engine/redis/blocking-pool.ts';
import { type Connections, createConnections } from '../../../engine/redis/connection.ts';
import { endConnection } from '../../../engine/redis/end-connection.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';

let server: PrivateRedis;
let connections: Connections;

beforeAll(async () => {
  server = await privateRedis();
  connections = createConnections({ ...server.connection, options: { socketTimeout: 300 } });
  await connections.ready(5_000);
});

afterAll(async () => {
  await connections.close();
  await server.stop();
});

/** Unlike `once` of node:events this does not mind errors between. */
function event(redis: Redis, name: 'close' | 'connect' | 'reconnecting'): Promise<void> {
  return new Promise((resolve) => void redis.once(name, () => resolve()));
}

type Redis = BlockingConnection['redis'];

const closed = /Connection is closed/;

it('rejects a read that was under way when a frozen Redis was reached again', async () => {
  await connections.blocking.use(async ({ redis }) => {
    await redis.ping();
    const read = redis.xread('BLOCK', 200, 'STREAMS', 'nothing', '0');
    const rejected = expect(read).rejects.toThrow(closed);
    server.freeze();
    // The kernel takes new connections for it, and it says nothing on them.
    await event(redis, 'close');
    await event(redis, 'connect');
    endConnection(redis);
    await rejected;
    server.thaw();
  });
});

it('rejects a read that waits between two tries to reconnect', async () => {
  await connections.blocking.use(async ({ redis }) => {
    await redis.ping();
    const read = redis.xread('BLOCK', 200, 'STREAMS', 'nothing', '0');
    const rejected = expect(read).rejects.toThrow(closed);
    const reconnecting = event(redis, 'reconnecting');
    await server.kill9();
    await reconnecting;
    endConnection(redis);
    await rejected;
    await server.restart();
  });
});
