import { Queue } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bullPrefix, createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import type { TaskQueue } from '../../../engine/ports/task-queue.ts';
import type { TicketVerdict } from '../../../engine/ports/ticket-verdict.ts';
import { type TestRedis, testRedis } from '../../support/redis.ts';
import { aTicket, tickets } from './a-ticket.ts';
import { askRedis } from './ask-redis.ts';
import { collect, createGate, DONE } from './collector.ts';

let redis: TestRedis;
let queue: TaskQueue;

beforeEach(async () => {
  redis = await testRedis();
  queue = open();
});

afterEach(async () => {
  await queue.close();
  await redis.flush();
  await redis.close();
});

function open(): TaskQueue {
  return createBullTaskQueue({ connection: redis.connection, prefix: redis.prefix, logger: SILENT });
}

function keysOf(name: string): Promise<string[]> {
  return askRedis(redis.connection, (client) => client.keys(`${bullPrefix(redis.prefix, name)}*`));
}

describe('adding', () => {
  it('delivers every one of several chunks, to the queue that each ticket names', async () => {
    await queue.add([...tickets(600, { queue: 'cpu' }), ...tickets(30, { queue: 'gpu' })]);
    const cpu = collect();
    const gpu = collect();
    queue.consume('cpu', 20, cpu.handler);
    queue.consume('gpu', 20, gpu.handler);
    await Promise.all([cpu.reached(600), gpu.reached(30)]);
    expect(new Set(cpu.seen.map(({ node }) => node)).size).toBe(600);
    expect(gpu.seen.every((ticket) => ticket.queue === 'gpu')).toBe(true);
  });

  it('gives the handler the very ticket that was added', async () => {
    const ticket = aTicket({
      index: 2,
      with: { a: [1, null, { b: 'ü' }] },
      env: { A: 'x' },
      timeout_ms: 500,
    });
    await queue.add([ticket]);
    const got = collect();
    queue.consume('default', 1, got.handler);
    await got.reached(1);
    expect(got.seen).toEqual([ticket]);
  });

  it('delivers a ticket once, however often it was added before it was worked on', async () => {
    const another = open();
    await Promise.all([queue.add(tickets(3)), another.add(tickets(3)), queue.add(tickets(3))]);
    await another.close();
    await queue.add([aTicket({ node: 99, priority: 2_000_000 })]);
    const got = collect();
    queue.consume('default', 1, got.handler);
    await got.reached(4);
    expect(got.seen.map(({ node }) => node)).toEqual([0, 1, 2, 99]);
  });

  it('takes a ticket again that was finished before', async () => {
    const got = collect();
    const consumer = queue.consume('default', 1, got.handler);
    await queue.add([aTicket()]);
    await got.reached(1);
    await consumer.close(1000);
    await queue.add([aTicket()]);
    queue.consume('default', 1, got.handler);
    await got.reached(2);
  });

  it.each(['constructor', '__proto__', 'failed', 'wait', 'active', 'meta', 'events', 'toString'])(
    'serves a queue and a task called %s',
    async (name) => {
      await queue.add([aTicket({ queue: name, task: name })]);
      const got = collect();
      queue.consume(name, 1, got.handler);
      await got.reached(1);
      expect(got.seen[0]?.task).toBe(name);
    },
  );

  it('goes on after the scripts were forgotten', async () => {
    await queue.add([aTicket({ node: 1 })]);
    await askRedis(redis.connection, (client) => client.script('FLUSH'));
    await queue.add([aTicket({ node: 2 })]);
    const got = collect();
    queue.consume('default', 1, got.handler);
    await got.reached(2);
  });

  it('delivers the tickets of a bundle one after another, in one slot', async () => {
    let atOnce = 0;
    let most = 0;
    const got = collect(async () => {
      most = Math.max(most, ++atOnce);
      await askRedis(redis.connection, (client) => client.ping());
      atOnce--;
      return DONE;
    });
    await queue.add(tickets(8, { bundle: 'r:1' }));
    queue.consume('default', 4, got.handler);
    await got.reached(8);
    expect(most).toBe(1);
    expect(got.seen.map(({ node }) => node)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('brings back only those of a bundle that are to come later', async () => {
    const got = collect(({ node }) =>
      node === 3 && got.seen.filter((seen) => seen.node === 3).length === 1
        ? { kind: 'later', afterMs: 20 }
        : DONE,
    );
    await queue.add(tickets(5, { bundle: 'r:1' }));
    queue.consume('default', 4, got.handler);
    await got.reached(6);
    expect(got.seen.map(({ node }) => node)).toEqual([0, 1, 2, 3, 4, 3]);
  });

  it('refuses after close', async () => {
    await queue.close();
    await expect(queue.add([aTicket()])).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('consuming', () => {
  it('goes by priority, then by order of arrival', async () => {
    const priorities = [9, 3, 2_097_151, 1, 3, 9];
    await queue.add(priorities.map((priority, node) => aTicket({ node, priority })));
    const got = collect();
    queue.consume('default', 1, got.handler);
    await got.reached(6);
    expect(got.seen.map(({ node }) => node)).toEqual([3, 1, 4, 0, 5, 2]);
  });

  it('works on as many at once as there are slots, and not more', async () => {
    let running = 0;
    let most = 0;
    const gate = createGate();
    const got = collect(async () => {
      most = Math.max(most, ++running);
      if (running === 3) gate.open();
      await gate.passed;
      running -= 1;
      return DONE;
    });
    await queue.add(tickets(9));
    queue.consume('default', 3, got.handler);
    await got.reached(9);
    expect(most).toBe(3);
  });

  it('brings a ticket back after the time that the handler asked for', async () => {
    let first: number | undefined;
    const got = collect((): TicketVerdict => {
      if (first !== undefined) return DONE;
      first = Date.now();
      return { kind: 'later', afterMs: 300 };
    });
    queue.consume('default', 1, got.handler);
    await queue.add([aTicket()]);
    await got.reached(2);
    expect(Date.now() - (first ?? 0)).toBeGreaterThanOrEqual(295);
    expect(Date.now() - (first ?? 0)).toBeLessThan(2500);
  });

  it('puts a ticket off by the clock of Redis: that of a worker may be an hour ahead', async () => {
    const got = collect((): TicketVerdict => {
      if (got.seen.length > 1) return DONE;
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
      return { kind: 'later', afterMs: 300 };
    });
    const events = `${bullPrefix(redis.prefix, 'default')}:default:events`;
    const delays = async () => {
      const entries = await askRedis(redis.connection, (client) => client.xrange(events, '-', '+'));
      return entries.flatMap(([, fields]) =>
        fields[fields.indexOf('event') + 1] === 'delayed' ? Number(fields[fields.indexOf('delay') + 1]) : [],
      );
    };
    const before = Date.now();
    try {
      queue.consume('default', 1, got.handler);
      await queue.add([aTicket()]);
      await got.reached(1);
      await expect.poll(delays).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
    const [until = 0] = await delays();
    expect(until - before).toBeGreaterThanOrEqual(300);
    expect(until - before).toBeLessThan(10_000);
    await got.reached(2);
  });

  it('brings a ticket back when the handler threw', async () => {
    const got = collect((ticket) => {
      if (got.seen.length === 1) throw new Error(`a defect at node ${ticket.node}`);
      return DONE;
    });
    queue.consume('default', 1, got.handler);
    await queue.add([aTicket()]);
    await got.reached(2);
  });

  it('drops what is not a ticket and goes on', async () => {
    const foreign = new Queue('default', {
      connection: redis.connection as object,
      prefix: bullPrefix(redis.prefix, 'default'),
    });
    foreign.on('error', () => {});
    await foreign.addBulk([
      { name: 'x', data: { hello: 1 }, opts: { priority: 1 } },
      { name: 'x', data: null, opts: { priority: 1 } },
    ]);
    await foreign.close();
    await queue.add([aTicket()]);
    const got = collect();
    queue.consume('default', 1, got.handler);
    await got.reached(1);
    expect(got.seen).toEqual([aTicket()]);
  });

  it('leaves no job behind, and only a few events', async () => {
    const got = collect();
    const consumer = queue.consume('default', 10, got.handler);
    await queue.add(tickets(500));
    await got.reached(500);
    await consumer.close(2000);
    const keys = await keysOf('default');
    expect(keys.filter((key) => key.includes(':t-'))).toEqual([]);
    const events = `${bullPrefix(redis.prefix, 'default')}:default:events`;
    expect(await askRedis(redis.connection, (client) => client.xlen(events))).toBeLessThan(400);
  });
});

describe('pausing', () => {
  it('leaves new tickets to others, also when it was waiting for one', async () => {
    const paused = collect();
    const other = collect();
    const consumer = queue.consume('default', 4, paused.handler);
    await queue.add([aTicket({ node: 1 })]);
    await paused.reached(1);
    await consumer.pause();
    await queue.add(tickets(20, { generation: 2 }));
    queue.consume('default', 4, other.handler);
    await other.reached(20);
    expect(paused.seen).toHaveLength(1);
    expect(new Set(other.seen.map(({ node }) => node)).size).toBe(20);
  });

  it('lets running work finish, and takes tickets again after resume', async () => {
    const gate = createGate();
    let finished = 0;
    const got = collect(async () => {
      await gate.passed;
      finished += 1;
      return DONE;
    });
    const consumer = queue.consume('default', 1, got.handler);
    await queue.add(tickets(3));
    await got.reached(1);
    await consumer.pause();
    gate.open();
    consumer.resume();
    await got.reached(3);
    await consumer.close(2000);
    expect(finished).toBe(3);
  });
});

describe('closing', () => {
  it('waits for running work', async () => {
    let isFinished = false;
    const gate = createGate();
    const got = collect(async () => {
      await gate.passed;
      isFinished = true;
      return DONE;
    });
    const consumer = queue.consume('default', 1, got.handler);
    await queue.add([aTicket()]);
    await got.reached(1);
    const closed = consumer.close(10_000);
    gate.open();
    await closed;
    expect(isFinished).toBe(true);
    expect((await keysOf('default')).filter((key) => key.includes(':t-'))).toEqual([]);
  });

  it('does not wait longer than it was told, and the abandoned ticket comes back', async () => {
    const stuck = collect(() => new Promise<never>(() => {}));
    const consumer = queue.consume('default', 1, stuck.handler);
    await queue.add([aTicket()]);
    await stuck.reached(1);
    const before = Date.now();
    await consumer.close(300);
    expect(Date.now() - before).toBeLessThan(1500);
    const got = collect();
    queue.consume('default', 1, got.handler);
    await got.reached(1);
    expect(Date.now() - before).toBeLessThan(2500);
  });

  it('is quick when nothing runs', async () => {
    const got = collect();
    const consumer = queue.consume('default', 1, got.handler);
    await queue.add([aTicket()]);
    await got.reached(1);
    const before = Date.now();
    await consumer.close(10_000);
    expect(Date.now() - before).toBeLessThan(1000);
  });
});
