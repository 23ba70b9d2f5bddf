import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import type { Logger } from '../../../engine/ports/logger.ts';
import type { TaskQueue } from '../../../engine/ports/task-queue.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';
import { aTicket, tickets } from './a-ticket.ts';
import { askRedis } from './ask-redis.ts';
import { collect, createGate, DONE } from './collector.ts';

let redis: PrivateRedis;
let queue: TaskQueue;
let lines: string[];
let warned: string[];

beforeEach(async () => {
  redis = await privateRedis();
  lines = [];
  warned = [];
  queue = createBullTaskQueue({ connection: redis.connection, prefix: 'o:', logger: noting() });
});

afterEach(async () => {
  await queue.close();
  await redis.stop();
});

function noting(): Logger {
  const note = (message: string): void => {
    lines.push(message);
  };
  const warn = (message: string): void => {
    warned.push(message);
    note(message);
  };
  return { debug: note, info: note, warn, error: warn };
}

describe('when Redis is killed and started again', () => {
  it('goes on consuming and adding by itself within two seconds', async () => {
    const got = collect();
    queue.consume('default', 4, got.handler);
    await queue.add([aTicket({ node: 1 })]);
    await got.reached(1);
    await redis.kill9();
    const adding = queue.add([aTicket({ node: 2 })]);
    await redis.restart();
    const answeredAt = Date.now();
    await adding;
    await got.reached(2);
    expect(Date.now() - answeredAt).toBeLessThan(2000);
  });

  it('works tickets off that were waiting, and those whose work ended meanwhile end quietly', async () => {
    const gate = createGate();
    const got = collect(async () => {
      await gate.passed;
      return DONE;
    });
    await queue.add(tickets(20));
    queue.consume('default', 5, got.handler);
    await got.reached(5);
    await redis.kill9();
    gate.open();
    await redis.restart();
    await got.reached(20);
    expect(new Set(got.seen.map(({ node }) => node)).size).toBe(20);
  });

  it('warns of no ticket whose lock ran out meanwhile: it comes again, and nothing is lost', async () => {
    const gate = createGate();
    const got = collect(async () => {
      await gate.passed;
      return DONE;
    });
    await queue.add([aTicket()]);
    queue.consume('default', 1, got.handler);
    await got.reached(1);
    const locks = await askRedis(redis.connection, (client) => client.keys('*:lock'));
    expect(locks).toHaveLength(1);
    await askRedis(redis.connection, (client) => client.del(...locks));
    gate.open();
    await expect.poll(() => lines).toEqual([expect.stringContaining('the lock of a ticket ran out')]);
    await got.reached(2);
    expect(warned).toEqual([]);
  });

  it('can be closed while Redis is away', async () => {
    const got = collect();
    const consumer = queue.consume('default', 2, got.handler);
    await queue.add([aTicket()]);
    await got.reached(1);
    await redis.kill9();
    const before = Date.now();
    await consumer.close(500);
    await queue.close();
    expect(Date.now() - before).toBeLessThan(4000);
  });
});

describe('when Redis refuses', () => {
  it('rests instead of asking in a loop, logs at most once a second, and goes on when it may', async () => {
    const got = collect();
    await queue.add(tickets(3));
    await askRedis(redis.connection, (client) => client.config('SET', 'maxmemory', '1'));
    await expect(queue.add([aTicket({ node: 9 })])).rejects.toMatchObject({ code: 'redis_refused' });
    await askRedis(redis.connection, (client) => client.config('RESETSTAT'));
    const before = Date.now();
    queue.consume('default', 2, got.handler);
    await expect.poll(() => lines.length, { timeout: 8000 }).toBeGreaterThanOrEqual(3);
    const seconds = (Date.now() - before) / 1000;
    expect(lines.length).toBeLessThanOrEqual(seconds + 2);
    const stats = await askRedis(redis.connection, (client) => client.info('commandstats'));
    const calls = Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    expect(calls / seconds).toBeLessThan(40);
    await askRedis(redis.connection, (client) => client.config('SET', 'maxmemory', '0'));
    await got.reached(3);
  });
});
