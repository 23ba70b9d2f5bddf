/** The tasks that fail a run: those of its main part that failed without `allow_failure`. */
import { plainOutcome } from './edge-counts.ts';
import type { RunState } from './run-state.ts';

/** Indexes, in the order of the file. */
export function failedTasks({ plan, nodes }: Pick<RunState, 'plan' | 'nodes'>): number[] {
  const failed: number[] = [];
  for (const [index, task] of plan.tasks.entries()) {
    const record = nodes[index];
    if (!task.phase && record?.state === 'failed' && plainOutcome(record, task) === 'F') failed.push(index);
  }
  return failed;
}
