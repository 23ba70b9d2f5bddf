import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import type { TaskQueue } from '../../../engine/ports/task-queue.ts';
import { type TestRedis, testRedis } from '../../support/redis.ts';
import { aTicket, tickets } from './a-ticket.ts';
import { askRedis } from './ask-redis.ts';
import { collect, createGate, DONE } from './collector.ts';

const LOCK_MS = 600;

let redis: TestRedis;
let queue: TaskQueue;

beforeEach(async () => {
  redis = await testRedis();
  queue = createBullTaskQueue({
    connection: redis.connection,
    prefix: redis.prefix,
    logger: SILENT,
    workerOptions: { lockDuration: LOCK_MS, stalledInterval: 100 },
  });
});

afterEach(async () => {
  await queue.close();
  await redis.flush();
  await redis.close();
});

describe('fetching', () => {
  it('keeps a ticket that takes longer than its lock, while other slots are free', async () => {
    const gate = createGate();
    const got = collect(() => gate.passed.then(() => DONE));
    await queue.add([aTicket()]);
    queue.consume('default', 3, got.handler);
    await got.reached(1);
    const from = Date.now();
    await expect.poll(() => Date.now() - from, { timeout: 5_000 }).toBeGreaterThan(3 * LOCK_MS);
    gate.open();
    expect(got.seen).toHaveLength(1);
  });

  it('begins a ticket while others are still being worked on, and never more than its slots', async () => {
    let atOnce = 0;
    let most = 0;
    const gate = createGate();
    const got = collect(async ({ node }) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      if (node < 2) await gate.passed;
      atOnce -= 1;
      return DONE;
    });
    queue.consume('default', 5, got.handler);
    await queue.add(tickets(100));
    await got.reached(100);
    gate.open();
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(2);
  });

  it('leaves wake-ups to others once it is paused, and goes on after', async () => {
    const first = collect();
    const second = collect();
    const paused = queue.consume('default', 1, first.handler);
    // Redis wakes whoever has waited longest.
    await queue.add([aTicket({ node: 0 })]);
    await first.reached(1);
    await expect.poll(() => blockedClients(), { interval: 10 }).toBe(1);
    const other = queue.consume('default', 1, second.handler);
    await expect.poll(() => blockedClients(), { interval: 10, timeout: 5_000 }).toBe(2);
    await paused.pause();
    for (let node = 1; node <= 5; node++) {
      const from = Date.now();
      await queue.add([aTicket({ node })]);
      await second.reached(node);
      expect(Date.now() - from).toBeLessThan(700);
    }
    await other.pause();
    paused.resume();
    await queue.add([aTicket({ node: 6 })]);
    await first.reached(2);
    expect([first.seen.length, second.seen.length]).toEqual([2, 5]);
  });

  it('takes tickets that come one at a time, each after the last was done', async () => {
    const got = collect();
    queue.consume('default', 5, got.handler);
    for (let node = 0; node < 20; node++) {
      await queue.add([aTicket({ node })]);
      await got.reached(node + 1);
    }
    expect(got.seen.map(({ node }) => node)).toEqual([...Array(20).keys()]);
  });
});

/** Clients that wait for a wake-up of the queue at this moment. */
function blockedClients(): Promise<number> {
  return askRedis(redis.connection, async (client) => {
    const list = String(await client.client('LIST'));
    return list.split('\n').filter((line) => line.includes(redis.prefix) && /flags=\w*b/.test(line)).length;
  });
}
