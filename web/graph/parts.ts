/** Parts of a run follow each other: the main one, compensation, handlers. No edge says so. */
import type { GraphTask } from '../api/model.ts';
import type { Box } from './layout.ts';

type Task = Pick<GraphTask, 'id' | 'needs' | 'phase' | 'level'>;

export function partOf({ phase }: Pick<Task, 'phase'>): number {
  return phase === 'main' ? 0 : phase === 'compensate' ? 1 : 2;
}

/** As they are placed: what begins a later part stands behind the deepest task of the part before. */
export function placedBoxes(tasks: readonly Task[]): readonly Box[] {
  const deepest: (Task | undefined)[] = [];
  for (const task of tasks) {
    const known = deepest[partOf(task)];
    if (known === undefined || task.level > known.level) deepest[partOf(task)] = task;
  }
  return tasks.map((task) => {
    const before = deepest.slice(0, partOf(task)).findLast((one) => one !== undefined);
    const begins = task.needs.length === 0 && before !== undefined;
    return { id: task.id, needs: begins ? [before.id] : task.needs };
  });
}
