/**
 * BullMQ's FlowProducer. Its graphs are trees, so 1 → n → 1 cannot be written: the fan-out here is n → 1, one node fewer.
 * A chain is a tree of one branch.
 */
import { type FlowJob, FlowProducer } from 'bullmq';
import {
  BULL_QUEUE,
  type BullParts,
  closeBullParts,
  KEEP_NOTHING,
  keptBytes,
  measure,
  openBullParts,
  processesOf,
} from './bull-contender.ts';
import { type Contender, type ContenderOptions, checked, type Sample } from './contender.ts';

export async function openFlow(options: ContenderOptions): Promise<Contender> {
  const parts = await openBullParts(options);
  const producer = new FlowProducer({ connection: { path: options.path }, prefix: options.prefix });
  producer.on('error', (error: Error) => console.error(error.message));
  await producer.waitUntilReady();
  return {
    name: 'flow',
    processes: processesOf(parts),
    fanOuts: (count, width) =>
      measure(parts, count * (width + 1), () => producer.addBulk(repeat(count, () => fanIn(width)))),
    chains: (count, length) =>
      measure(parts, count * length, () => producer.addBulk(repeat(count, () => chain(length)))),
    smallest: () => smallFlow(parts, producer),
    bytesPerNode: (width) => keptBytes(parts, width + 1, () => producer.add(fanIn(width, {}))),
    async close() {
      await producer.close();
      await closeBullParts(parts);
    },
  };
}

function repeat<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function aNode(opts: object, children: FlowJob[] = []): FlowJob {
  const node: FlowJob = { name: 'node', queueName: BULL_QUEUE, data: { left: 0 }, opts };
  return children.length === 0 ? node : { ...node, children };
}

function fanIn(width: number, opts: object = KEEP_NOTHING): FlowJob {
  return aNode(
    opts,
    repeat(width, () => aNode(opts)),
  );
}

function chain(length: number, opts: object = KEEP_NOTHING): FlowJob {
  let node = aNode(opts);
  for (let at = 1; at < length; at += 1) node = aNode(opts, [node]);
  return node;
}

async function smallFlow(parts: BullParts, producer: FlowProducer): Promise<Sample> {
  const events = await parts.events.open();
  await parts.worker.expect(3);
  const before = performance.now();
  const { job } = await producer.add(chain(3, { removeOnComplete: 10 }));
  await job.waitUntilFinished(events);
  const ms = performance.now() - before;
  return checked({ ms, ...(await parts.worker.report()) }, 3);
}
