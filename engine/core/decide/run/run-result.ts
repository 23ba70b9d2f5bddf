/** The coming result of a run, from the ends of the tasks of its main part. */
import { failedTasks } from '../../failed-tasks.ts';
import type { RunError, RunProgress } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';

export type RunResult = NonNullable<RunProgress['result']>;

/** A failed task fails the run, also one that was cancelled later: the failure is what a person has to know of. */
export function resultOf(run: RunState): RunResult {
  const { header, plan } = run;
  if (header.refused) return { status: 'failed', error: header.refused };
  if (header.cancel?.code === 'run_timeout') {
    const message = `the run passed its timeout of ${plan.timeoutMs} ms`;
    return { status: 'failed', error: { code: 'run_timeout', message } };
  }
  const [failed] = failedTasks(run);
  if (failed !== undefined) return { status: 'failed', error: taskError(run, failed) };
  if (!header.cancel && !isATaskCancelled(run)) return { status: 'succeeded' };
  // Also when all that still ran has succeeded before it heard of it: who asked was told that the cancel counts.
  const { reason: message = 'the run was cancelled', by } = header.cancel ?? {};
  return { status: 'cancelled', error: { code: 'cancelled', message, ...(by === undefined ? {} : { by }) } };
}

/** Only tasks count: a fan-out that fails fast cancels its own nodes, and says itself how it ended. */
function isATaskCancelled({ plan, nodes }: RunState): boolean {
  return plan.tasks.some(({ phase }, i) => !phase && nodes[i]?.state === 'cancelled');
}

export function taskError(run: RunState, index: number): RunError {
  const error = run.outputs.get(index)?.e;
  const task = run.plan.tasks[index]?.id ?? '';
  return { code: error?.code ?? 'internal', message: error?.message ?? 'the task failed', task };
}
