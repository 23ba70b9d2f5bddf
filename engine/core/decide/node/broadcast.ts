/** Broadcasts: each node belongs to one worker, and to its successor of the same name when it is tried again. */
import { broadcastItems, workerOfNode } from '../../node-queue.ts';
import type { Turn } from '../turn.ts';
import type { NodePlace } from './node-place.ts';

/** Before an attempt is queued: if the node's worker is gone, a live one of the same name takes its place. */
export function pinToWorker(turn: Turn, { run, record, task }: NodePlace): void {
  if (task.fanOut?.kind !== 'broadcast') return;
  const pinned = workerOfNode(run, record);
  const live = turn.facts.workersOf(task.queue, task.workerLabels ?? {});
  if (!pinned || live.some(({ session }) => session === pinned.session)) return;
  const successor = live.find(({ name }) => name === pinned.name);
  if (!successor) return;
  const { session, name } = successor;
  const items = broadcastItems(run, record.task).map((item, i) =>
    i === record.item ? { session, name } : item,
  );
  turn.saveOutput(run, record.task, { ...run.outputs.get(record.task), i: items });
  const fan = run.tasks[record.task]?.fan;
  if (fan) fan.items = items;
}
