/** The contract of the task queue: every promise of engine/ports/task-queue.ts, and what workers build on it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Ticket } from '../../engine/core/ticket.ts';
import type { TaskQueue, TicketConsumer } from '../../engine/ports/task-queue.ts';
import type { TicketVerdict } from '../../engine/ports/ticket-verdict.ts';
import { oneByOne } from '../support/ticket-handler.ts';
import { eventually, passTime, resolveInTime, type Timed } from './passing-time.ts';

export interface TaskQueueSubject extends Timed {
  readonly queue: TaskQueue;
  close(): Promise<void>;
}

export type MakeTaskQueue = () => Promise<TaskQueueSubject>;

const DONE: TicketVerdict = { kind: 'done' };

export function aTicket(change: Partial<Ticket> = {}): Ticket {
  return {
    v: 1,
    shard: 0,
    run: '01J8ZQ4T9W0000000000000000',
    node: 0,
    generation: 1,
    attempt: 1,
    workflow: 'weather',
    namespace: 'default',
    task: 'fetch',
    queue: 'default',
    priority: 1_000,
    uses: 'noop',
    with: { text: 'ä"\n', constructor: null, list: [] },
    env: { CITY: 'Zürich' },
    logical_time: '2026-01-01T00:00:00Z',
    delivery: 0,
    ...change,
  };
}

const ticketsOf = (nodes: readonly number[], change: Partial<Ticket> = {}) =>
  nodes.map((node) => aTicket({ node, ...change }));

export function taskQueueContract(name: string, make: MakeTaskQueue): void {
  describe(`task queue contract: ${name}`, () => {
    const subjects: TaskQueueSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });
    handingOutCases(open);
    repetitionCases(open);
    stoppingCases(open);
    slotCases(open);
    raisingCases(open);
  });
}

/** A handler that notes the nodes that it saw, and answers what it is told to. */
function aHandler(answer: (ticket: Ticket) => TicketVerdict | Promise<TicketVerdict> = () => DONE) {
  const seen: number[] = [];
  const handle = oneByOne((ticket) => {
    seen.push(ticket.node);
    return answer(ticket);
  });
  return { seen, handle };
}

/** A gate: whoever waits goes on when it is opened. */
function aGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const untilSeen = (subject: Timed, seen: readonly number[], count: number) =>
  eventually(
    subject,
    async () => seen.length,
    (length) => length >= count,
  );

function handingOutCases(open: MakeTaskQueue): void {
  describe('a queue', () => {
    it('hands a ticket to its consumer as it was added', async () => {
      const subject = await open();
      const seen: Ticket[] = [];
      subject.queue.consume(
        'default',
        1,
        oneByOne(async (ticket) => {
          seen.push(ticket);
          return DONE;
        }),
      );
      await subject.queue.add([]);
      await subject.queue.add([aTicket()]);
      await eventually(
        subject,
        async () => seen.length,
        (length) => length === 1,
      );
      expect(seen).toEqual([aTicket()]);
    });

    it('goes by priority, smaller first, then first in, first out', async () => {
      const subject = await open();
      const { seen, handle } = aHandler();
      await subject.queue.add([
        aTicket({ node: 3, priority: 2_000_000 }),
        aTicket({ node: 1, priority: 70 }),
        aTicket({ node: 2, priority: 70 }),
        aTicket({ node: 0, priority: 1 }),
      ]);
      subject.queue.consume('default', 1, handle);
      await untilSeen(subject, seen, 4);
      expect(seen).toEqual([0, 1, 2, 3]);
    });

    it('takes tickets added later with a smaller priority first', async () => {
      const subject = await open();
      const gate = aGate();
      const { seen, handle } = aHandler(async ({ node }) => {
        if (node === 0) await gate.opened;
        return DONE;
      });
      subject.queue.consume('default', 1, handle);
      await subject.queue.add(ticketsOf([0]));
      await untilSeen(subject, seen, 1);
      await subject.queue.add([aTicket({ node: 1, priority: 9 })]);
      await subject.queue.add([aTicket({ node: 2, priority: 8 })]);
      gate.open();
      await untilSeen(subject, seen, 3);
      expect(seen).toEqual([0, 2, 1]);
    });

    it('works on as many tickets at once as there are slots, and no more', async () => {
      const subject = await open();
      const gate = aGate();
      let active = 0;
      let most = 0;
      const { seen, handle } = aHandler(async () => {
        most = Math.max(most, ++active);
        await gate.opened;
        active--;
        return DONE;
      });
      subject.queue.consume('default', 3, handle);
      await subject.queue.add(ticketsOf([0, 1, 2, 3, 4, 5, 6]));
      await untilSeen(subject, seen, 3);
      await passTime(subject, 50);
      expect(seen).toHaveLength(3);
      gate.open();
      await untilSeen(subject, seen, 7);
      expect(most).toBe(3);
    });

    it('is shared by its consumers, each ticket going to one of them', async () => {
      const subject = await open();
      const gate = aGate();
      const wait = async () => {
        await gate.opened;
        return DONE;
      };
      const [one, two] = [aHandler(wait), aHandler(wait)];
      subject.queue.consume('default', 2, one.handle);
      subject.queue.consume('default', 2, two.handle);
      await subject.queue.add(ticketsOf([0, 1, 2, 3]));
      await untilSeen(subject, one.seen, 2);
      await untilSeen(subject, two.seen, 2);
      gate.open();
      expect([...one.seen, ...two.seen].sort()).toEqual([0, 1, 2, 3]);
    });

    it.each(['gpu-a100', 'constructor', '__proto__', 'failed'])('may be called %s', async (name) => {
      const subject = await open();
      const [named, other] = [aHandler(), aHandler()];
      subject.queue.consume(name, 1, named.handle);
      subject.queue.consume('default', 1, other.handle);
      await subject.queue.add([aTicket({ node: 1, queue: name }), aTicket({ node: 2 })]);
      await untilSeen(subject, named.seen, 1);
      await untilSeen(subject, other.seen, 1);
      expect([named.seen, other.seen]).toEqual([[1], [2]]);
    });

    it('takes more than a thousand tickets at once and loses none', async () => {
      const subject = await open();
      const { seen, handle } = aHandler();
      const nodes = Array.from({ length: 1_500 }, (_, node) => node);
      await subject.queue.add(ticketsOf(nodes));
      subject.queue.consume('default', 50, handle);
      await untilSeen(subject, seen, nodes.length);
      expect([...seen].sort((a, b) => a - b)).toEqual(nodes);
    });
  });
}

function repetitionCases(open: MakeTaskQueue): void {
  describe('a ticket', () => {
    it('that waits already is not added again', async () => {
      const subject = await open();
      const { seen, handle } = aHandler();
      await subject.queue.add([aTicket(), aTicket()]);
      await subject.queue.add([aTicket()]);
      subject.queue.consume('default', 1, handle);
      await subject.queue.add([aTicket({ node: 1, priority: 2_000 })]);
      await untilSeen(subject, seen, 2);
      expect(seen).toEqual([0, 1]);
    });

    it('that is being worked on is not added again', async () => {
      const subject = await open();
      const gate = aGate();
      const { seen, handle } = aHandler(async ({ node }) => {
        if (node === 0) await gate.opened;
        return DONE;
      });
      subject.queue.consume('default', 2, handle);
      await subject.queue.add(ticketsOf([0]));
      await untilSeen(subject, seen, 1);
      await subject.queue.add(ticketsOf([0, 1]));
      await untilSeen(subject, seen, 2);
      gate.open();
      await subject.queue.add(ticketsOf([2]));
      await untilSeen(subject, seen, 3);
      expect(seen).toEqual([0, 1, 2]);
    });

    it('may be added again once it was finished', async () => {
      const subject = await open();
      const { seen, handle } = aHandler();
      subject.queue.consume('default', 1, handle);
      await subject.queue.add([aTicket()]);
      await untilSeen(subject, seen, 1);
      await eventually(
        subject,
        async () => {
          await subject.queue.add([aTicket()]);
          return seen.length;
        },
        (length) => length >= 2,
      );
    });

    it('is another one with another run, node, generation, attempt or delivery', async () => {
      const subject = await open();
      const { seen, handle } = aHandler();
      const others = [
        { run: '01J8ZQ4T9W0000000000000001' },
        { node: 5 },
        { generation: 2 },
        { attempt: 2 },
        { delivery: 1 },
      ];
      await subject.queue.add([aTicket(), ...others.map((change) => aTicket(change))]);
      subject.queue.consume('default', 1, handle);
      await untilSeen(subject, seen, 6);
    });

    it('that is given back comes again after a while, and leaves its slot to others until then', async () => {
      const subject = await open();
      let tries = 0;
      const { seen, handle } = aHandler(({ node }) =>
        node === 0 && tries++ === 0 ? { kind: 'later', afterMs: 300 } : DONE,
      );
      await subject.queue.add([aTicket({ node: 0, priority: 1 }), aTicket({ node: 1, priority: 2 })]);
      subject.queue.consume('default', 1, handle);
      await untilSeen(subject, seen, 3);
      expect(seen).toEqual([0, 1, 0]);
    });

    it('whose handler rejects does not keep others from being worked on', async () => {
      const subject = await open();
      const { seen, handle } = aHandler(({ node }) => {
        if (node === 0) throw new Error('broken handler');
        return DONE;
      });
      subject.queue.consume('default', 1, handle);
      await subject.queue.add(ticketsOf([0, 1]));
      await eventually(
        subject,
        async () => seen,
        (nodes) => nodes.includes(0) && nodes.includes(1),
      );
    });
  });
}

function stoppingCases(open: MakeTaskQueue): void {
  describe('a consumer', () => {
    it('takes nothing new while it is paused, and goes on with what it has', async () => {
      const subject = await open();
      const gate = aGate();
      let finished = 0;
      const { seen, handle } = aHandler(async () => {
        await gate.opened;
        finished++;
        return DONE;
      });
      const consumer = subject.queue.consume('default', 1, handle);
      await subject.queue.add(ticketsOf([0]));
      await untilSeen(subject, seen, 1);
      await consumer.pause();
      await subject.queue.add(ticketsOf([1]));
      gate.open();
      await eventually(
        subject,
        async () => finished,
        (count) => count === 1,
      );
      await passTime(subject, 50);
      expect(seen).toEqual([0]);
      consumer.resume();
      await untilSeen(subject, seen, 2);
    });

    it('closes when its work is done', async () => {
      const subject = await open();
      const gate = aGate();
      let finished = 0;
      const { seen, handle } = aHandler(async () => {
        await gate.opened;
        finished++;
        return DONE;
      });
      const consumer = subject.queue.consume('default', 1, handle);
      await subject.queue.add(ticketsOf([0, 1]));
      await untilSeen(subject, seen, 1);
      const closing = consumer.close(60_000);
      gate.open();
      await closing;
      expect(finished).toBe(1);
      expect(seen).toEqual([0]);
    });

    it('closes at the end of its time although work goes on', async () => {
      const subject = await open();
      const { seen, handle } = aHandler(() => new Promise<never>(() => {}));
      const consumer = subject.queue.consume('default', 1, handle);
      await subject.queue.add(ticketsOf([0]));
      await untilSeen(subject, seen, 1);
      await resolveInTime(subject, consumer.close(100));
    });

    it('that has closed leaves what waits to others', async () => {
      const subject = await open();
      const [first, second] = [aHandler(), aHandler()];
      const consumer: TicketConsumer = subject.queue.consume('default', 1, first.handle);
      await consumer.close(1_000);
      await subject.queue.add(ticketsOf([0]));
      subject.queue.consume('default', 1, second.handle);
      await untilSeen(subject, second.seen, 1);
      expect(first.seen).toEqual([]);
    });
  });
}

function slotCases(open: () => Promise<TaskQueueSubject>): void {
  describe('slots', () => {
    it('lets a ticket take as many as it says, and never more at once than there are', async () => {
      const subject = await open();
      let taken = 0;
      let most = 0;
      const { seen, handle } = aHandler(async ({ slots = 1 }) => {
        taken += slots;
        most = Math.max(most, taken);
        await new Promise((resolve) => setImmediate(resolve));
        taken -= slots;
        return DONE;
      });
      await subject.queue.add([0, 1, 2, 3, 4, 5].map((node) => aTicket({ node, slots: (node % 3) + 1 })));
      subject.queue.consume('default', 3, handle);
      await untilSeen(subject, seen, 6);
      expect(most).toBe(3);
    });

    it('keeps slots for a ticket that waits for several, so that small ones do not starve it', async () => {
      const subject = await open();
      const gate = aGate();
      const { seen, handle } = aHandler(async ({ node }) => {
        if (node === 0) await gate.opened;
        return DONE;
      });
      await subject.queue.add([aTicket({ node: 0, priority: 1 })]);
      subject.queue.consume('default', 2, handle);
      await untilSeen(subject, seen, 1);
      await subject.queue.add([aTicket({ node: 1, priority: 2, slots: 2 })]);
      await passTime(subject, 50);
      await subject.queue.add(ticketsOf([2, 3, 4], { priority: 3 }));
      await passTime(subject, 50);
      expect(seen).toEqual([0]);
      gate.open();
      await untilSeen(subject, seen, 5);
      expect(seen[1]).toBe(1);
    });

    it('leaves a ticket that wants more than there are to others, and goes on', async () => {
      const subject = await open();
      const small = aHandler();
      const large = aHandler();
      await subject.queue.add([aTicket({ node: 0, priority: 1, slots: 5 }), ...ticketsOf([1, 2])]);
      subject.queue.consume('default', 2, small.handle);
      await untilSeen(subject, small.seen, 2);
      expect(small.seen).toEqual([1, 2]);
      subject.queue.consume('default', 8, large.handle);
      await eventually(
        subject,
        async () => large.seen.length,
        (count) => count > 0,
      );
      expect(large.seen).toEqual([0]);
    });
  });
}

function raisingCases(open: () => Promise<TaskQueueSubject>): void {
  describe('raising', () => {
    it('takes a raised ticket before those that stood in front of it', async () => {
      const subject = await open();
      const { seen, handle } = aHandler();
      await subject.queue.add(ticketsOf([0, 1, 2]));
      await subject.queue.add(ticketsOf([3], { priority: 5_000 }));
      await subject.queue.raise(ticketsOf([3], { priority: 1 }));
      subject.queue.consume('default', 1, handle);
      await untilSeen(subject, seen, 4);
      expect(seen).toEqual([3, 0, 1, 2]);
    });

    it('leaves out tickets that are not there', async () => {
      const subject = await open();
      const { seen, handle } = aHandler();
      await subject.queue.raise(ticketsOf([7]));
      subject.queue.consume('default', 1, handle);
      await subject.queue.add(ticketsOf([0]));
      await untilSeen(subject, seen, 1);
      await subject.queue.raise(ticketsOf([0]));
      expect(seen).toEqual([0]);
    });
  });
}
