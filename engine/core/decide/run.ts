/** A run as a whole: its start, its cancellation, its end. */

import { plainOutcome } from '../edge-counts.ts';
import { parseLimitAddress, WHOLE_RUN } from '../limit/address.ts';
import type { AttemptName, GrantedMessage, RefusedMessage } from '../message.ts';
import { isEnded, isRunEnded } from '../node-state.ts';
import type { CancelRequest, RunError } from '../run-header.ts';
import type { RunState } from '../run-state.ts';
import { clearRunDeadline, setDeadlines } from './deadline.ts';
import { closeFan } from './fan.ts';
import { enterRunLimit, leaveRunLimit, takeRunGrant } from './limit.ts';
import { placeOf } from './node-place.ts';
import { evaluateOutputs } from './run-outputs.ts';
import { stopNode } from './stop.ts';
import { tellEnd } from './tell.ts';
import type { Turn } from './turn.ts';

const runTimer = (run: RunState): AttemptName => ({ run: run.header.id, node: 0, generation: 0, attempt: 0 });

/** The `start` message: the run begins, or waits for its limit. */
export function startRun(turn: Turn, run: RunState): void {
  if (run.header.status !== 'queued' || isAccepted(run)) return;
  acceptRun(turn, run);
  const entered = enterRunLimit(turn, run);
  if ('error' in entered) return refuseRun(turn, run, entered.error);
  if (!entered.value) return beginRun(turn, run);
  turn.event(run, 'run.blocked', { detail: { limit: entered.value.key } });
  turn.saveStatus(run, true);
}

/** Whether the owner has taken the `start` message: the run has a history. */
function isAccepted({ header }: RunState): boolean {
  return header.seq > 0;
}

function acceptRun(turn: Turn, run: RunState): void {
  const { header } = run;
  turn.requireRun(run);
  header.nodes = run.nodes.length;
  turn.event(run, 'run.created', { at: header.createdAt });
}

/** A run that waits for its limit asks for it, in the hands of a new owner again. */
export function keepAsking(turn: Turn, run: RunState): void {
  if (run.header.status !== 'queued' || !isAccepted(run) || run.limited.has(WHOLE_RUN)) return;
  enterRunLimit(turn, run);
}

/** The run's limit has let it in. */
export function takeRunGranted(turn: Turn, run: RunState, message: GrantedMessage): void {
  if (takeRunGrant(turn, run, message)) beginRun(turn, run);
}

/** The run's limit has no place, and the workflow says `reject`. */
export function takeRefused(turn: Turn, run: RunState, message: RefusedMessage): void {
  if (run.header.status !== 'queued' || message.node !== WHOLE_RUN) return;
  const { key } = parseLimitAddress(message.limit);
  const text = `the limit "${key}" has no place and says \`reject\`: ${message.reason}`;
  refuseRun(turn, run, { code: 'limit_exceeded', message: text });
}

/** The run ends without having begun: none of its tasks or handlers runs. */
function refuseRun(turn: Turn, run: RunState, error: RunError): void {
  const { header } = run;
  run.limited.delete(WHOLE_RUN);
  header.refused = error;
  header.cancel = { at: turn.now, graceMs: 0, code: 'cancelled', reason: error.message };
  header.status = 'cancelling';
  run.cancelPosition = 0;
  turn.event(run, 'run.cancelling', { detail: { reason: error.code } });
  turn.saveStatus(run, true);
  turn.shard.unfinished.add(header.id);
}

function beginRun(turn: Turn, run: RunState): void {
  const { header, plan } = run;
  header.status = 'running';
  header.startedAt = turn.now;
  turn.event(run, 'run.started');
  turn.saveStatus(run, true);
  if (plan.timeoutMs !== undefined) turn.setTimer('run_timeout', runTimer(run), turn.now + plan.timeoutMs);
  setDeadlines(turn, run);
  turn.shard.unfinished.add(header.id);
}

/** Someone wants the run to end, or its time is over. What has succeeded stays. */
export function cancelRun(turn: Turn, run: RunState, request: Omit<CancelRequest, 'at'>): void {
  const { header } = run;
  if (isRunEnded(header.status) || header.cancel) return;
  if (header.status === 'queued') {
    if (!isAccepted(run)) acceptRun(turn, run);
    leaveRunLimit(turn, run);
  }
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
  leaveRunLimit(turn, run);
  clearRunDeadline(turn, run);
  turn.event(run, `run.${header.status}`);
  turn.saveStatus(run, false);
  tellEnd(turn, run);
}

/** What the ends of its tasks make of the run. */
function resultOf(run: RunState): { status: 'succeeded' | 'failed' | 'cancelled'; error?: RunError } {
  const { header, plan } = run;
  if (header.refused) return { status: 'failed', error: header.refused };
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
