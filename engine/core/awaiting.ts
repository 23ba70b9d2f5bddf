/** Nodes that wait for somebody: their number stands in the header, so that lists can tell such runs from others. */
import type { RunState } from './run-state.ts';

/** Whether the node waits for a decision or a signal, with or without a deadline. */
export function isAwaiting({ nodes, outputs }: Pick<RunState, 'nodes' | 'outputs'>, node: number): boolean {
  if (nodes[node]?.state !== 'waiting') return false;
  const kind = outputs.get(node)?.w?.kind;
  return kind === 'approval' || kind === 'signal';
}

/** Counts again after these nodes have changed; whether the number is another one. */
export function countAwaiting(run: RunState, changed: Iterable<number>): boolean {
  const { awaiting, header } = run;
  for (const node of changed) {
    if (isAwaiting(run, node)) awaiting.add(node);
    else awaiting.delete(node);
  }
  if ((header.awaiting ?? 0) === awaiting.size) return false;
  if (awaiting.size > 0) header.awaiting = awaiting.size;
  else delete header.awaiting;
  return true;
}
