/** Which queue a node's tickets go to. */
import { isJsonObject, type Json } from './json.ts';
import type { NodeRecord } from './node-record.ts';
import { labelQueue, ownQueue } from './queue-name.ts';
import type { RunState } from './run-state.ts';

/** The worker that a node of a broadcast is for. */
export interface BroadcastWorker {
  readonly session: string;
  readonly name: string;
}

export function queueOfNode(run: RunState, record: NodeRecord): string {
  const task = run.plan.tasks[record.task];
  if (!task) return 'default';
  const worker = task.fanOut?.kind === 'broadcast' ? workerOfNode(run, record) : undefined;
  return worker ? ownQueue(task.queue, worker.session) : labelQueue(task.queue, task.workerLabels);
}

export function workerOfNode(run: RunState, record: NodeRecord): BroadcastWorker | undefined {
  const item = broadcastItems(run, record.task)[record.item];
  if (!isJsonObject(item)) return undefined;
  const { session, name } = item;
  return typeof session === 'string' && typeof name === 'string' ? { session, name } : undefined;
}

/** The workers of a broadcast, fixed when its task started. */
export function broadcastItems(run: RunState, task: number): readonly Json[] {
  return run.outputs.get(task)?.i ?? [];
}
