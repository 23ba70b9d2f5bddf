/**
 * Plain BullMQ: as many jobs, without a graph. A fan-out is one addBulk of all its nodes, so nothing waits for anything;
 * in a chain each body adds the next job. It is the floor that a workflow engine on BullMQ can be measured against.
 */
import type { ChainLink } from '../role/bull-worker.ts';
import {
  type BullParts,
  closeBullParts,
  KEEP_NOTHING,
  keptBytes,
  measure,
  openBullParts,
  processesOf,
} from './bull-contender.ts';
import { type Contender, type ContenderOptions, checked, type Sample } from './contender.ts';

/** Larger bulks block Redis longer and are no faster. */
const BULK = 500;

export async function openBullmq(options: ContenderOptions): Promise<Contender> {
  const parts = await openBullParts(options);
  return {
    name: 'bullmq',
    processes: processesOf(parts),
    fanOuts(count, width) {
      const jobs = count * (width + 2);
      return measure(parts, jobs, () => addAll(parts, jobs, { left: 0 }));
    },
    chains: (count, length) =>
      measure(parts, count * length, () => addAll(parts, count, { left: length - 1 })),
    smallest: () => roundTrip(parts),
    bytesPerNode: (width) => keptBytes(parts, width, () => addAll(parts, width, { left: 0 }, {})),
    close: () => closeBullParts(parts),
  };
}

async function addAll(
  parts: BullParts,
  count: number,
  data: ChainLink,
  opts: object = KEEP_NOTHING,
): Promise<void> {
  for (let at = 0; at < count; at += BULK) {
    const size = Math.min(BULK, count - at);
    await parts.queue.addBulk(Array.from({ length: size }, () => ({ name: 'node', data, opts })));
  }
}

/** From add to the completed event, as a caller waits for it. */
async function roundTrip(parts: BullParts): Promise<Sample> {
  const events = await parts.events.open();
  await parts.worker.expect(1);
  const before = performance.now();
  // Kept, since a caller who waits asks for the state of the job as well.
  const job = await parts.queue.add('node', { left: 0 }, { removeOnComplete: 10 });
  await job.waitUntilFinished(events);
  const ms = performance.now() - before;
  return checked({ ms, ...(await parts.worker.report()) }, 1);
}
