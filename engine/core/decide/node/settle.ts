/** Outcomes of attempts: success, failure with or without another try, loss of the worker, limits that ran out. */
import type { TaskError, TaskErrorCode } from '../../errors.ts';
import { evaluate, isTruthy, parseExpression } from '../../expression/index.ts';
import { flightKey } from '../../flight.ts';
import type { LateMessage, SettledMessage, StartedMessage } from '../../message.ts';
import { workerOfNode } from '../../node-queue.ts';
import { readOutcome } from '../../outcome.ts';
import { itemOf, preparing } from '../../prepare.ts';
import { nextRetryDelay } from '../../retry-policy.ts';
import type { NodeOutput, RunHeader } from '../../run-header.ts';
import { isCancelling } from '../../run-part.ts';
import type { RunState } from '../../run-state.ts';
import { errorScope, runScope } from '../../scope.ts';
import { flightOf, learnDuration, noteAtWork, removeFlight } from '../../shard-state.ts';
import type { AttemptResult } from '../../ticket.ts';
import type { Turn } from '../turn.ts';
import { followerBegun } from './join.ts';
import { beginJoined, endNode, landFlight, retryLater, startAttempt } from './node.ts';
import { attemptName, type NodePlace, placeOf } from './node-place.ts';
import { attemptsOfIteration, iterationOf, succeedAttempt } from './repeat.ts';
import { isStopping, stopNode } from './stop.ts';

/** Beyond `timeout` the owner waits this long for the worker's own word before it gives the attempt up, ms. */
const TIMEOUT_SLACK_MS = 15_000;

/** What another attempt could not change: somebody has to do something first. */
export const FINAL_ERRORS: ReadonlySet<TaskErrorCode> = new Set<TaskErrorCode>([
  'secret_unavailable',
  'address_refused',
]);

/** The node that a message speaks of, if the message is about its current, unfinished attempt. */
export function currentPlace(
  run: RunState,
  name: { node: number; generation: number; attempt: number },
): NodePlace | undefined {
  const place = placeOf(run, name.node);
  const { record } = place ?? {};
  return record?.generation === name.generation && record.attempt === name.attempt ? place : undefined;
}

export function takeStarted(turn: Turn, run: RunState, message: StartedMessage): void {
  const place = currentPlace(run, message);
  if (!place || (place.record.state !== 'queued' && place.record.state !== 'running')) return;
  if (place.record.state === 'running' && place.record.startedAt >= message.at) return;
  const redelivered = message.delivery > 1 ? { delivery: message.delivery } : {};
  startAttempt(turn, place, message.at, { worker: message.worker, ...redelivered });
  noteAtWork(turn.shard, flightKey(run.header.id, place.index, message.generation, message.attempt));
  const { task } = place;
  if (task.timeoutMs !== undefined) {
    turn.setTimer('timeout', attemptName(place), message.at + task.timeoutMs + TIMEOUT_SLACK_MS);
  }
}

export function takeSettled(turn: Turn, run: RunState, message: SettledMessage): void {
  const outcome = readOutcome(message.outcome);
  const current = currentPlace(run, message);
  if (!current || (current.record.state !== 'queued' && current.record.state !== 'running'))
    return recordLate(turn, run, message);
  const place = outcome.cost === undefined ? current : { ...current, reported: outcome.cost };
  if (place.record.startedAt !== message.startedAt) {
    const redelivered = message.delivery > 1 ? { delivery: message.delivery } : {};
    startAttempt(turn, current, message.startedAt, { worker: message.worker, ...redelivered });
  }
  const follower = followerBegun(turn, run, message);
  landFlight(turn, place, follower !== undefined);
  if (outcome.status === 'failed') return failAttempt(turn, place, outcome.error);
  if (outcome.status === 'cancelled') return endNode(turn, place, 'cancelled');
  if (outcome.cached === undefined) learnDuration(turn.shard, run, place.task, turn.now - message.startedAt);
  else
    turn.event(run, 'node.cached', {
      node: message.node,
      attempt: message.attempt,
      detail: { run: outcome.cached },
    });
  succeedAttempt(turn, place, result(outcome));
  if (follower && message.next) beginFollower(turn, follower, message.next.session);
}

/** As when it becomes ready and is claimed. A run that is being cancelled by now stops it like all that runs. */
function beginFollower(turn: Turn, place: NodePlace, session: string): void {
  beginJoined(turn, place, session);
  if (isCancelling(place.run)) stopNode(turn, place);
}

function result({ outputs, large, artifacts }: AttemptResult): NodeOutput {
  const l = large ? { l: large } : {};
  return {
    o: outputs,
    ...l,
    ...(artifacts ? { a: artifacts as unknown as NonNullable<NodeOutput['a']> } : {}),
  };
}

/** A result that no longer counts: written down, not applied. */
export function recordLate(turn: Turn, run: RunState, message: SettledMessage | LateMessage): void {
  if (message.type === 'settled') {
    const key = flightKey(message.run, message.node, message.generation, message.attempt);
    removeFlight(turn.shard, key);
    turn.removeFlight(key);
  }
  const { node, attempt, worker, delivery, outcome, generation } = message;
  turn.event(run, 'node.late', {
    node,
    attempt,
    detail: { worker, delivery, generation, reason: readOutcome(outcome).status },
  });
}

/** The attempt failed. Another one follows if the policy says so and the run is not being stopped. */
export function failAttempt(turn: Turn, place: NodePlace, error: TaskError): void {
  const isFinal = FINAL_ERRORS.has(error.code) || isStopping(place.run, place.record.task);
  const asked = isFinal ? false : asksForRetry(place, error);
  if (typeof asked === 'object') return endNode(turn, place, 'failed', { e: asked });
  const delayMs = asked ? retryDelay(turn, place, error) : undefined;
  if (delayMs === undefined) endNode(turn, place, 'failed', { e: error });
  else retryLater(turn, place, delayMs, error);
}

/** What `retry.on` says; if it cannot be evaluated, the error that the node ends with, which tells both. */
function asksForRetry(place: NodePlace, error: TaskError): boolean | TaskError {
  const { run, record, task } = place;
  const { on, attempts } = task.retry;
  if (on === undefined || attempts <= 1) return true;
  const extra = errorScope(error, record.attempt, iterationOf(place));
  const scope = runScope(run, record.queuedAt, itemOf(run, record, task), extra);
  const answer = preparing(() => isTruthy(evaluate(parseExpression(on), scope)));
  if (!('error' in answer)) return answer.value;
  const why = `It was not tried again, because \`retry.on\` cannot be evaluated: ${answer.error.message}`;
  return { ...error, message: `${error.message}\n${why}` };
}

export function failWithoutRetry(turn: Turn, place: NodePlace, error: TaskError): void {
  endNode(turn, place, 'failed', { e: error });
}

function retryDelay(turn: Turn, place: NodePlace, error: TaskError): number | undefined {
  const { run, record, task } = place;
  return nextRetryDelay(task.retry, {
    failed: attemptsOfIteration(place),
    now: turn.now,
    firstStartedAt: record.firstStartedAt || record.queuedAt,
    ...(error.retry_after === undefined ? {} : { retryAfterMs: error.retry_after }),
    random: seededRandom(run.header, place.index, record.attempt),
  });
}

/** Whether `retry.on` holds for the error. */
export function wantsRetry(place: NodePlace, error: TaskError): boolean {
  return asksForRetry(place, error) === true;
}

/** 0 to 1, the same for the same attempt, so that a decision made again is the same decision. */
function seededRandom({ id }: RunHeader, node: number, attempt: number): number {
  let hash = 0x9e3779b9;
  for (const char of `${id}:${node}:${attempt}`)
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x85ebca6b) ^ (hash >>> 13);
  return (hash >>> 0) / 0x1_0000_0000;
}

/** Withdraws the flight, so that nothing else can come of it, and fails the attempt. A claim that moved on voids the commit. */
function withdrawAndFail(turn: Turn, place: NodePlace, error: TaskError, retry: boolean): void {
  const found = flightOf(turn.shard, place.run, place.index);
  if (found) turn.expectFlight(found.key, found.value);
  landFlight(turn, place);
  if (retry) failAttempt(turn, place, error);
  else failWithoutRetry(turn, place, error);
}

/** The attempt's time is over and its worker has not said so itself. */
export function takeTimeout(turn: Turn, place: NodePlace): void {
  const { record, task } = place;
  if (record.state !== 'running' || task.timeoutMs === undefined) return;
  if (record.startedAt + task.timeoutMs + TIMEOUT_SLACK_MS > turn.now) return;
  if (flightOf(turn.shard, place.run, place.index)?.flight.state === 'd') return;
  withdrawAndFail(
    turn,
    place,
    { code: 'timeout', message: `ran longer than its timeout of ${task.timeoutMs} ms` },
    true,
  );
}

/** Nobody has claimed the attempt in time. */
export function takeQueueTimeout(turn: Turn, place: NodePlace): void {
  const { record, task } = place;
  if (record.state !== 'queued' || task.queueTimeoutMs === undefined) return;
  const found = flightOf(turn.shard, place.run, place.index);
  if (found && found.flight.state !== 's') return;
  const message = `no worker took it from queue ${task.queue} within ${task.queueTimeoutMs} ms; is a worker for this queue running?`;
  withdrawAndFail(turn, place, { code: 'queue_timeout', message }, true);
}

/** A node of a broadcast is for one worker, and no other may take it. */
function failWithItsWorker(turn: Turn, place: NodePlace): void {
  const { name = 'it was for' } = workerOfNode(place.run, place.record) ?? {};
  const message = `the worker ${name} is gone; retry the node when a worker of that name runs again`;
  withdrawAndFail(turn, place, { code: 'worker_lost', message }, false);
}

/** Too many sessions died while they worked on it: it is taken for the cause, and not tried again. */
export function takeLost(turn: Turn, place: NodePlace): void {
  if (place.record.state !== 'running' && place.record.state !== 'queued') return;
  const found = flightOf(turn.shard, place.run, place.index);
  if (!found || found.flight.state === 'd') return;
  if (found.flight.state === 'x') {
    turn.expectFlight(found.key, found.value);
    landFlight(turn, place);
    return endNode(turn, place, 'cancelled');
  }
  if (place.task.fanOut?.kind === 'broadcast') return failWithItsWorker(turn, place);
  const deaths = found.flight.deaths + 1;
  place.record.deaths = Math.min(deaths, 255);
  const message = `${deaths} workers died while they worked on it, the last was ${found.flight.session || 'unknown'}; see what the task does to its host (memory, disk)`;
  withdrawAndFail(turn, place, { code: 'worker_lost', message }, false);
}
