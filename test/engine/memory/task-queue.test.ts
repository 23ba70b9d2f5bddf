import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../../engine/core/ticket.ts';
import { createManualClock } from '../../../engine/memory/clock.ts';
import { createMemoryTaskQueue } from '../../../engine/memory/task-queue.ts';
import { aTicket, taskQueueContract } from '../../contract/task-queue.ts';
import { oneByOne } from '../../support/ticket-handler.ts';

function aQueue(stallMs?: number) {
  const clock = createManualClock(0);
  return { clock, queue: createMemoryTaskQueue({ clock, ...(stallMs === undefined ? {} : { stallMs }) }) };
}

taskQueueContract('memory', async () => {
  const { clock, queue } = aQueue();
  return { queue, advance: clock.advance, close: () => queue.close() };
});

/** A consumer that never finishes, and one that notes when it saw what. */
async function anAbandonedTicket(stallMs?: number) {
  const { clock, queue } = aQueue(stallMs);
  let finish = () => {};
  const first = queue.consume(
    'default',
    1,
    oneByOne(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { kind: 'done' };
    }),
  );
  await queue.add([aTicket()]);
  await clock.advance(0);
  const seen: number[] = [];
  queue.consume(
    'default',
    1,
    oneByOne(async (_: Ticket) => {
      seen.push(clock.now());
      return { kind: 'done' };
    }),
  );
  return { clock, queue, first, seen, finish: () => finish() };
}

describe('the memory task queue', () => {
  it.each([undefined, 700])(
    'delivers what an abandoned consumer held again, stall time %s',
    async (stallMs) => {
      const { clock, first, seen } = await anAbandonedTicket(stallMs);
      first.abandon();
      await clock.advance(10_000);
      expect(seen).toEqual([stallMs ?? 5_000]);
    },
  );

  it('ignores what an abandoned consumer says later', async () => {
    const { clock, queue, first, seen, finish } = await anAbandonedTicket();
    first.abandon();
    finish();
    await clock.advance(100);
    await queue.add([aTicket()]);
    await clock.advance(100);
    expect(seen).toEqual([]);
    await clock.advance(10_000);
    expect(seen).toEqual([5_000]);
  });

  it('delivers again what a consumer had not finished when its time to close was over', async () => {
    const { clock, first, seen } = await anAbandonedTicket();
    const closing = first.close(1_000);
    await clock.advance(10_000);
    await closing;
    expect(seen).toEqual([6_000]);
  });

  it('gives a ticket back after exactly the time asked for', async () => {
    const { clock, queue } = aQueue();
    const seen: number[] = [];
    queue.consume(
      'default',
      1,
      oneByOne(async () => {
        seen.push(clock.now());
        return seen.length === 1 ? { kind: 'later', afterMs: 1_000 } : { kind: 'done' };
      }),
    );
    await queue.add([aTicket()]);
    await clock.advance(5_000);
    expect(seen).toEqual([0, 1_000]);
  });

  it('hands out nothing, and takes nothing, once it is closed', async () => {
    const { clock, queue } = aQueue();
    const seen: number[] = [];
    await queue.add([aTicket()]);
    queue.consume(
      'default',
      1,
      oneByOne(async ({ node }) => {
        seen.push(node);
        return { kind: 'done' };
      }),
    );
    await queue.close();
    await clock.advance(10_000);
    expect(seen).toEqual([]);
    await expect(queue.add([aTicket()])).rejects.toMatchObject({ code: 'closed' });
  });
});
