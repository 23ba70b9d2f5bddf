/** A run as a whole: its start, its cancellation, its end. */
import { parseLimitAddress, WHOLE_RUN } from '../../limit/address.ts';
import type { AttemptName, GrantedMessage, RefusedMessage } from '../../message.ts';
import { isEnded, isRunEnded } from '../../node-state.ts';
import type { CancelRequest, RunError } from '../../run-header.ts';
import { isCurrent, type RunState } from '../../run-state.ts';
import { enterRunLimit, leaveRunLimit, takeRunGrant } from '../limit/limit.ts';
import { clearRunDeadline, setDeadlines } from '../node/deadline.ts';
import { closeFan } from '../node/fan.ts';
import { placeOf } from '../node/node-place.ts';
import { stopNode } from '../node/stop.ts';
import { notifyRunEnd } from '../notification/tell.ts';
import type { Turn } from '../turn.ts';
import { tellEnd } from './tell.ts';
import { clearUsual, setUsual } from './usual.ts';

export const runTimer = (run: RunState): AttemptName => ({
  run: run.header.id,
  node: 0,
  generation: 0,
  attempt: 0,
});

/** The `start` message: the run begins, or waits for its limit. */
export function startRun(turn: Turn, run: RunState): void {
  if (run.header.status !== 'queued' || isAccepted(run)) return;
  acceptRun(turn, run);
  letIn(turn, run);
}

/** A queued run begins, or waits for its limit; it was accepted, or taken up again after its end. */
export function letIn(turn: Turn, run: RunState): void {
  const entered = enterRunLimit(turn, run);
  if ('error' in entered) return refuseRun(turn, run, entered.error);
  if (!entered.value) return beginRun(turn, run);
  turn.event(run, 'run.blocked', { detail: { limit: entered.value.key } });
  turn.saveStatus(run, true);
}

/** Whether the owner has taken the `start` message: the run has a history. */
export function isAccepted({ header }: RunState): boolean {
  return header.nodes > 0;
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
  const { header } = run;
  header.status = 'running';
  header.startedAt ??= turn.now;
  turn.event(run, 'run.started');
  turn.saveStatus(run, true);
  startTimeout(turn, run);
  setDeadlines(turn, run);
  setUsual(turn, run);
  turn.shard.unfinished.add(header.id);
}

/** The limit on the run's main part counts from now. */
function startTimeout(turn: Turn, run: RunState): void {
  const { timeoutMs } = run.plan;
  if (timeoutMs !== undefined) turn.setTimer('run_timeout', runTimer(run), turn.now + timeoutMs);
}

/** Someone wants the run to end, or its time is over. What has succeeded stays. */
export function cancelRun(turn: Turn, run: RunState, request: Omit<CancelRequest, 'at'>): void {
  const { header } = run;
  if (isRunEnded(header.status) || header.cancel || header.part) return;
  if (header.status === 'queued') {
    if (!isAccepted(run)) acceptRun(turn, run);
    leaveRunLimit(turn, run);
  }
  header.cancel = { at: turn.now, ...request };
  delete header.paused;
  header.status = 'cancelling';
  run.cancelPosition = 0;
  const { reason = request.code, by } = request;
  turn.event(run, 'run.cancelling', { detail: { reason, ...(by === undefined ? {} : { by }) } });
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
    if (!place || place.task.phase || isEnded(place.record.state)) continue;
    if (!isCurrent(run.nodes, place.record)) continue;
    const isRunningFan = run.tasks[place.index]?.fan !== undefined && place.record.state === 'running';
    if (isRunningFan) closeFan(turn, run, place.index);
    else stopNode(turn, place);
  }
}

/** The last part is over. Whatever holds on to a run lets go here. */
export function endRun(turn: Turn, run: RunState): void {
  const { header } = run;
  const { status, error } = header.result ?? { status: 'failed' };
  header.status = status;
  header.finishedAt = turn.now;
  if (error) header.error = error;
  leaveRunLimit(turn, run);
  clearRunDeadline(turn, run);
  clearUsual(turn, run);
  turn.event(run, `run.${status}`);
  turn.saveStatus(run, false);
  tellEnd(turn, run);
  notifyRunEnd(turn, run);
}
