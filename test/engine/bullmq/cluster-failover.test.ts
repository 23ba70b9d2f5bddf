/** A consumer on a Redis Cluster goes on when the primary of its queue is killed and a replica takes its place. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bullPrefix, createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import type { TaskQueue } from '../../../engine/ports/task-queue.ts';
import { queueAddressOf } from '../../../engine/redis/index.ts';
import { redisCluster, type TestRedisCluster } from '../../support/redis-cluster.ts';
import { oneByOne } from '../../support/ticket-handler.ts';
import { aTicket } from './a-ticket.ts';

const LONGEST_MS = 15_000;

let cluster: TestRedisCluster;
let queue: TaskQueue;

beforeAll(async () => {
  cluster = await redisCluster({ replicas: true });
  queue = createBullTaskQueue({
    connection: queueAddressOf(cluster.connection),
    prefix: 'f:',
    logger: SILENT,
  });
});

afterAll(async () => {
  await queue?.close();
  await cluster?.stop();
});

it('works on tickets again within 15 s', async () => {
  let seen = 0;
  let tellSeen = () => {};
  queue.consume(
    'default',
    4,
    oneByOne(async () => {
      seen += 1;
      tellSeen();
      return { kind: 'done' };
    }),
  );
  const until = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${seen} of ${count} tickets after ${LONGEST_MS} ms`)),
        LONGEST_MS,
      );
      tellSeen = () => {
        if (seen < count) return;
        clearTimeout(timer);
        resolve();
      };
      tellSeen();
    });
  await queue.add([aTicket({ node: 0 })]);
  await until(1);
  const primary = await cluster.primaryOf(`${bullPrefix('f:', 'default')}:default:wait`);
  await primary.redis.kill9();
  const at = Date.now();
  // The relay, too, adds again what did not arrive.
  while (!(await isAdded(aTicket({ node: 1 }))));
  await until(2);
  const tookMs = Date.now() - at;
  console.info(`primary of the queue killed → next ticket: ${tookMs} ms`);
  expect(tookMs).toBeLessThan(LONGEST_MS);
}, 60_000);

function isAdded(ticket: ReturnType<typeof aTicket>): Promise<boolean> {
  return queue.add([ticket]).then(
    () => true,
    () => false,
  );
}
