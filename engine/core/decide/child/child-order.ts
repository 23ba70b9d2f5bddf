/** What a node tells the run that it waits for: to stop, and whether it has ended. */
import { childRunId } from '../../child-plan.ts';
import type { Post } from '../../post.ts';
import { iterationsOf } from '../node/node.ts';
import { attemptName, isFanTask, type NodePlace } from '../node/node-place.ts';
import type { Turn } from '../turn.ts';

/** Grace period of children that are stopped for another reason than a cancelled parent, ms. */
const DEFAULT_GRACE_MS = 10_000;

/** Id of the run that the node's current attempt starts: the same, however often it is asked for. */
export function childId({ run, index, record }: NodePlace): string {
  const { generation, attempt } = record;
  return childRunId(run.header.id, { node: index, generation, attempt });
}

/** Whether the node runs as long as its child does. */
export function waitsForChild(place: NodePlace): boolean {
  const { task, record } = place;
  return task.child?.detached === false && record.state === 'running' && !isFanTask(place);
}

/** The child is told to stop; the node ends when the child has. */
export function stopChild(turn: Turn, place: NodePlace, stopped: 'cancelled' | 'timeout'): void {
  const { run, index } = place;
  if (run.outputs.get(index)?.w?.kind === 'child') return;
  turn.saveOutput(run, index, { ...iterationsOf(place), w: { kind: 'child', stopped } });
  turn.saveNode(run, index);
  turn.post(cancelPost(place, stopped));
}

export function cancelPost(place: NodePlace, stopped: 'cancelled' | 'timeout'): Post {
  const { header } = place.run;
  const graceMs = header.cancel?.graceMs ?? DEFAULT_GRACE_MS;
  const why = stopped === 'timeout' ? 'its task passed its timeout' : 'its parent was stopped';
  const reason = `${why} (run ${header.id})`;
  return { kind: 'message', message: { type: 'cancel', run: childId(place), graceMs, reason } };
}

/** Takes away what hangs on the wait for the child. */
export function landChild(turn: Turn, place: NodePlace): void {
  turn.removeTimer('wait', attemptName(place));
  if (place.task.timeoutMs !== undefined) turn.removeTimer('timeout', attemptName(place));
}

/** Nobody waits for the child any more: it is stopped, and what it says no longer counts. */
export function dropChild(turn: Turn, place: NodePlace): void {
  landChild(turn, place);
  turn.post(cancelPost(place, 'cancelled'));
}
