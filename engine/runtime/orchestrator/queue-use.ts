/** Which queues the shards of an orchestrator have work for. */
import { isMadeQueue } from '../../core/queue-name.ts';
import type { ShardState } from '../../core/shard-state.ts';

/** Those of label sets and of single workers: they serve them only when there is something in them. */
export function madeQueuesOf(shards: readonly ShardState[]): string[] {
  const names = new Set<string>();
  for (const { ready, sentByQueue } of shards) {
    for (const [queue, heap] of ready) if (isMadeQueue(queue) && heap.size > 0) names.add(queue);
    for (const [queue, sent] of sentByQueue) if (isMadeQueue(queue) && sent > 0) names.add(queue);
  }
  return [...names];
}

/** How many shards share the queue. */
export function countBusy(shards: readonly ShardState[], queue: string): number {
  let busy = 0;
  for (const { ready, sentByQueue } of shards) {
    if ((sentByQueue.get(queue) ?? 0) > 0 || (ready.get(queue)?.size ?? 0) > 0) busy++;
  }
  return busy;
}
