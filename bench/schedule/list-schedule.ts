/** Schedules without knowledge: whoever is free takes the next of a plain list, as plain queues do. Virtual time. */
import { PriorityHeap } from '../../engine/core/priority-heap.ts';
import { childrenOf, type Shape } from './shape.ts';

/**
 * Where a task that has become ready joins the list: `back`, first in, first out; `front`, as BullMQ's flows put a parent whose
 * last child has ended before all that waits (RPUSH in its moveParentToWait).
 */
export type Joins = 'back' | 'front';

/** When the last task ends, ms. */
export function listSchedule(shape: Shape, workers: number, joins: Joins): number {
  const children = childrenOf(shape);
  const open = shape.tasks.map(({ needs }) => needs.length);
  const waiting = shape.tasks.flatMap((_task, index) => (open[index] === 0 ? [index] : []));
  const working = new PriorityHeap<readonly [end: number, index: number]>(
    (a, b) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]),
  );
  let now = 0;
  for (;;) {
    for (; working.size < workers && waiting.length > 0; ) {
      const index = waiting.shift() ?? 0;
      working.push([now + (shape.tasks[index]?.ms ?? 0), index]);
    }
    const next = working.pop();
    if (!next) return now;
    now = next[0];
    for (const child of children[next[1]] ?? []) {
      open[child] = (open[child] ?? 0) - 1;
      if (open[child] !== 0) continue;
      if (joins === 'back') waiting.push(child);
      else waiting.unshift(child);
    }
  }
}
