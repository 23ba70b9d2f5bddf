/** A run as a whole: its start, its cancellation, its end. */

import { plainOutcome } from '../edge-counts.ts';
import type { AttemptName } from '../message.ts';
import { isEnded, isRunEnded } from '../node-state.ts';
import type { CancelRequest, RunError } from '../run-header.ts';
import type { RunState } from '../run-state.ts';
import { closeFan } from './fan.ts';
import { placeOf } from './node-place.ts';
import { evaluateOutputs } from './run-outputs.ts';
import { stopNode } from './stop.ts';
import { tellEnd } from './tell.ts';
import type { Turn } from './turn.ts';

const runTimer = (run: RunState): AttemptName => ({ run: run.header.id, node: 0, generation: 0, attempt: 0 });

/** The `start` message: the run begins. */
export function startRun(turn: Turn, run: RunState): void {
  const { header, plan } = run;
  if (header.status !== 'queued') return;
  header.status = 'running';
  turn.requireRun(run);
  header.startedAt = turn.now;
  header.nodes = run.nodes.length;
  turn.event(run, 'run.created', { at: header.createdAt });
  turn.event(run, 'run.started');
  turn.saveStatus(run, true);
  if (plan.timeoutMs !== undefined) turn.setTimer('run_timeout', runTimer(run), turn.now + plan.timeoutMs);
  turn.shard.unfinished.add(header.id);
}

/** Someone wants the run to end, or its time is over. What has succeeded stays. */
export function cancelRun(turn: Turn, run: RunState, request: Omit<CancelRequest, 'at'>): void {
  const { header } = run;
  if (isRunEnded(header.status) || header.cancel) return;
  if (header.status === 'queued') startRun(turn, run);
  header.cancel = { at: turn.now, ...request };
  header.status = 'cancelling';
  run.cancelPosition = 0;
  turn.event(run, 'run.cancelling', { detail: { reason: request.reason ?? request.code } });
  turn.saveStatus(run, true);
  turn.shard.unfinished.add(header.id);
}

/** Stops node after node, until all are ended or told to stop, or the turn is full. Rules are not asked any more. */
export function cancelNodes(turn: Turn, run: RunState): void {
  run.frontier.length = 0;
  run.held.length = 0;
  run.expanding.clear();
  while (run.cancelPosition < run.nodes.length && !turn.isCrowded) {
    const place = placeOf(run, run.cancelPosition++);
    if (!place || isEnded(place.record.state)) continue;
    const isRunningFan = run.tasks[place.index]?.fan !== undefined && place.record.state === 'running';
    if (isRunningFan) closeFan(turn, run, place.index);
    else stopNode(turn, place);
  }
}

/** Ends the run when every task has ended. */
export function finishRun(turn: Turn, run: RunState): void {
  const { header } = run;
  if (run.openTasks > 0 || isRunEnded(header.status)) return;
  const outputs = evaluateOutputs(run, turn.now);
  const result = resultOf(run);
  const error = result.error ?? outputs.error;
  header.status = error && result.status === 'succeeded' ? 'failed' : result.status;
  header.finishedAt = turn.now;
  header.outputs = outputs.values;
  if (error) header.error = error;
  turn.removeTimer('run_timeout', runTimer(run));
  turn.event(run, `run.${header.status}`);
  turn.saveStatus(run, false);
  tellEnd(turn, run);
}

/** What the ends of its tasks make of the run. */
function resultOf(run: RunState): { status: 'succeeded' | 'failed' | 'cancelled'; error?: RunError } {
  const { header, plan } = run;
  if (header.cancel?.code === 'run_timeout') {
    const message = `the run passed its timeout of ${plan.timeoutMs} ms`;
    return { status: 'failed', error: { code: 'run_timeout', message } };
  }
  const failed = plan.tasks.findIndex((task, i) => {
    const record = run.nodes[i];
    return record?.state === 'failed' && plainOutcome(record, task) === 'F';
  });
  // Without a cancel only tasks count: a fan-out that fails fast cancels its own nodes, and says itself how it ended.
  const isCancelled = run.nodes.some(
    ({ state }, i) => state === 'cancelled' && (header.cancel !== undefined || i < plan.tasks.length),
  );
  if (failed >= 0 && !(header.cancel && isCancelled))
    return { status: 'failed', error: taskError(run, failed) };
  if (!isCancelled) return { status: 'succeeded' };
  const message = header.cancel?.reason ?? 'the run was cancelled';
  return { status: 'cancelled', error: { code: 'cancelled', message } };
}

function taskError(run: RunState, index: number): RunError {
  const error = run.outputs.get(index)?.e;
  const task = run.plan.tasks[index]?.id ?? '';
  return { code: error?.code ?? 'internal', message: error?.message ?? 'the task failed', task };
}
