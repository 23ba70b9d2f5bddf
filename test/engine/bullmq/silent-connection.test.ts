/** Connections whose other end is gone without a word, as that of an old primary behind a firewall after a fail-over. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import type { TaskQueue } from '../../../engine/ports/task-queue.ts';
import { Link } from '../../chaos/link.ts';
import { Random } from '../../simulation/random.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';
import { aTicket } from './a-ticket.ts';
import { collect } from './collector.ts';

let folder: string;
let redis: PrivateRedis;
let link: Link;
let queue: TaskQueue;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silent-'));
  redis = await privateRedis();
  link = new Link(join(folder, 'link.sock'), () => redis.connection.path, new Random(1));
  await link.listening();
  queue = createBullTaskQueue({ connection: { path: link.path }, prefix: 's:', logger: SILENT });
});

afterEach(async () => {
  await queue.close();
  link.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** From now on nothing comes or goes on the connections that are there; new ones are as good as any. */
function strand(): void {
  link.silence();
  link.strand();
}

it('is found dead while nobody adds: the next ticket is added at once', { timeout: 30_000 }, async () => {
  await queue.add([aTicket({ node: 1 })]);
  const before = link.opened;
  strand();
  await expect.poll(() => link.opened, { timeout: 9_000 }).toBeGreaterThan(before);
  const askedAt = Date.now();
  await queue.add([aTicket({ node: 2 })]);
  expect(Date.now() - askedAt).toBeLessThan(2_000);
});

it('keeps no consumer waiting for longer than some seconds', { timeout: 30_000 }, async () => {
  const got = collect();
  queue.consume('default', 2, got.handler);
  await queue.add([aTicket({ node: 1 })]);
  await got.reached(1);
  strand();
  const silentAt = Date.now();
  const other = createBullTaskQueue({ connection: redis.connection, prefix: 's:', logger: SILENT });
  await other.add([aTicket({ node: 2 })]).finally(() => other.close());
  await got.reached(2);
  expect(Date.now() - silentAt).toBeLessThan(9_000);
});
