/** What plain BullMQ and FlowProducer share: a worker process, and the way to measure a piece of work. */
import { Queue, QueueEvents } from 'bullmq';
import { memoryOf } from '../redis-memory.ts';
import { BULL_QUEUE, KEEP_NOTHING } from '../role/bull-worker.ts';
import { RoleChild } from '../role-child.ts';
import { type ContenderOptions, checked, type Sample } from './contender.ts';

export interface BullParts {
  readonly queue: Queue;
  readonly events: EventsReader;
  readonly worker: RoleChild;
  readonly options: ContenderOptions;
}

/** Reads BullMQ's events only while somebody waits for a result, as they cost as much as the work. */
export interface EventsReader {
  open(): Promise<QueueEvents>;
  close(): Promise<void>;
}

const complain = (error: Error): void => console.error(error.message);

export async function openBullParts(options: ContenderOptions): Promise<BullParts> {
  const { path, prefix } = options;
  const queue = new Queue(BULL_QUEUE, { connection: { path }, prefix });
  queue.on('error', complain);
  await queue.waitUntilReady();
  const worker = await RoleChild.start('bull-worker', options);
  return { queue, events: createEventsReader(options), worker, options };
}

function createEventsReader({ path, prefix }: ContenderOptions): EventsReader {
  let events: QueueEvents | undefined;
  return {
    async open() {
      if (events !== undefined) return events;
      events = new QueueEvents(BULL_QUEUE, { connection: { path, maxRetriesPerRequest: null }, prefix });
      events.on('error', complain);
      await events.waitUntilReady();
      return events;
    },
    async close() {
      await events?.close();
      events = undefined;
    },
  };
}

export function processesOf({ worker }: BullParts): ReadonlyMap<string, number> {
  return new Map([
    ['client', process.pid],
    ['worker', worker.pid],
  ]);
}

export async function closeBullParts(parts: BullParts): Promise<void> {
  await parts.worker.stop();
  await parts.events.close();
  await parts.queue.close();
}

/** Submits, and waits until the worker process has run `expected` bodies. */
export async function measure(
  parts: BullParts,
  expected: number,
  submit: () => Promise<unknown>,
): Promise<Sample> {
  await parts.events.close();
  const { reached } = await parts.worker.expect(expected);
  const before = performance.now();
  await submit();
  await reached;
  const ms = performance.now() - before;
  return checked({ ms, ...(await parts.worker.report()) }, expected);
}

/** Memory of finished jobs that are kept, with their results. */
export async function keptBytes(
  parts: BullParts,
  nodes: number,
  submit: () => Promise<unknown>,
): Promise<number> {
  const before = await memoryOf(parts.options);
  await measure(parts, nodes, submit);
  return ((await memoryOf(parts.options)) - before) / nodes;
}

export { BULL_QUEUE, KEEP_NOTHING };
