/** What a compensation undoes: the nodes of its task that succeeded in this run. */
import type { ScopeValue } from './expression/index.ts';
import { outputsLookup } from './large-outputs.ts';
import type { PlanTask } from './plan.ts';
import type { RunState } from './run-state.ts';
import type { ItemScope } from './scope.ts';

/** Record indexes of the nodes that the compensation is for, by item. What was taken over from a former run is not ours to undo. */
export function undoneNodes(run: RunState, compensation: PlanTask): number[] {
  const { fanOut } = compensation;
  if (fanOut?.kind !== 'compensation') return [];
  const { of } = fanOut;
  const nodes = run.tasks[of]?.fan?.nodes ?? [of];
  return nodes.filter((index) => run.nodes[index]?.state === 'succeeded' && !isTakenOver(run, of, index));
}

/** Whether the node's end was copied from a former run, and not worked for here. */
function isTakenOver(run: RunState, task: number, node: number): boolean {
  const { reuse } = run.header;
  const id = run.plan.tasks[task]?.id;
  return (
    reuse !== undefined && id !== undefined && run.nodes[node]?.attempt === 0 && reuse.tasks.includes(id)
  );
}

/** In a compensation's expressions `self` is the node that is undone. */
export function undoneSelf(run: RunState, item: ItemScope | undefined): [string, ScopeValue][] {
  if (item?.kind !== 'compensation') return [];
  const index = Number(item.item);
  const record = run.nodes[index];
  const { a = {} } = run.outputs.get(index) ?? {};
  const { state: status = 'succeeded', attempt = 0 } = record ?? {};
  const self = new Map<string, ScopeValue>([
    ['outputs', outputsLookup(run.outputs.get(index) ?? {}, run.large)],
    ['artifacts', a],
    ['error', null],
    ['status', status],
    ['attempt', attempt],
  ]);
  return [['self', self]];
}
