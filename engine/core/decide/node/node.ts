/** Steps of one node: ready, waiting, retrying, ended. Every change of a node's state goes through here. */
import type { TaskError } from '../../errors.ts';
import type { EventDetail, EventType } from '../../event.ts';
import { hasLimits } from '../../limit/need.ts';
import type { LimitNeed } from '../../limit/wait.ts';
import type { GrantedMessage } from '../../message.ts';
import type { EndedNodeState } from '../../node-state.ts';
import type { NodeOutput } from '../../run-header.ts';
import { isActive, type RunState } from '../../run-state.ts';
import { flightOf, pushReady, removeFlight } from '../../shard-state.ts';
import { enterLimits, isEntering, leaveLimits, takeGrant } from '../limit/limit.ts';
import { notifyNode } from '../notification/tell.ts';
import type { Turn } from '../turn.ts';
import { pinToWorker } from './broadcast.ts';
import { type Charged, chargeWork } from './charge.ts';
import { clearDeadline } from './deadline.ts';
import { dropFollowers, takeOverClaim } from './join.ts';
import { attemptName, isFanNode, isFanTask, type NodePlace, placeOf } from './node-place.ts';

/** Whether `max_parallel` of run and fan-out leave room for one more node. */
export function hasRoom({ run, record, task }: Pick<NodePlace, 'run' | 'record' | 'task'>): boolean {
  const fan = run.tasks[record.task]?.fan;
  return !isRunFull(run) && !(fan && task.maxParallel !== undefined && fan.active >= task.maxParallel);
}

/** Whether nothing may start: the run's own `max_parallel` leaves no room, or the run is paused. */
export function isRunFull({ header, plan, active }: RunState): boolean {
  return header.paused !== undefined || (plan.maxParallel !== undefined && active >= plan.maxParallel);
}

/** Its rule says run: queue the next attempt, or hold it back until there is room and its limits let it in. */
export function admit(turn: Turn, place: NodePlace): void {
  if (!hasRoom(place)) return holdBack(turn, place);
  if (!hasLimits(place.task)) return queueAttempt(turn, place);
  const entered = enterLimits(turn, place);
  if ('error' in entered) endNode(turn, place, 'failed', { e: entered.error });
  else if (entered.value) waitForLimit(turn, place, entered.value);
  else queueAttempt(turn, place);
}

function holdBack(turn: Turn, { run, index, record }: NodePlace): void {
  record.state = 'blocked';
  run.held.push(index);
  turn.saveNode(run, index);
}

/** It keeps its place in `max_parallel`, so that it can begin as soon as the limit lets it in. */
function waitForLimit(turn: Turn, place: NodePlace, need: LimitNeed): void {
  place.record.state = 'blocked';
  countActive(place, 1);
  blockOn(turn, place, need);
}

function blockOn(turn: Turn, { run, index, record }: NodePlace, { key }: LimitNeed): void {
  turn.saveNode(run, index);
  const attempt = record.attempt > 0 ? { attempt: record.attempt } : {};
  turn.event(run, 'node.blocked', { node: index, ...attempt, detail: { limit: key } });
}

/** A limit has let the node in: it waits for the next one, or begins. */
export function takeGranted(turn: Turn, run: RunState, message: GrantedMessage): void {
  const granted = takeGrant(turn, run, message);
  const place = placeOf(run, message.node);
  if (granted.kind === 'nothing' || !place) return;
  if (run.header.paused) return stopEntering(turn, place);
  if (granted.next) return blockOn(turn, place, granted.next);
  // Its place in `max_parallel` goes over to the attempt.
  count(place, -1);
  queueAttempt(turn, place);
}

function queueAttempt(turn: Turn, place: NodePlace): void {
  enterQueue(turn, place);
  pushReady(turn.shard, place.run, place.index);
}

/** A worker has begun with it in the step in which the node before it succeeded: its next attempt, without a ticket of its own. */
export function beginJoined(turn: Turn, place: NodePlace, session: string): void {
  takeOverClaim(turn, place, session);
  enterQueue(turn, place);
}

function enterQueue(turn: Turn, place: NodePlace): void {
  const { run, index, record, task } = place;
  pinToWorker(turn, place);
  record.attempt++;
  record.state = 'queued';
  // Never before it asked for its limits, which may be a moment ahead: what it gives back is told apart by this time.
  record.queuedAt = Math.max(turn.now, record.queuedAt);
  record.startedAt = 0;
  record.endedAt = 0;
  record.deaths = 0;
  countActive(place, 1);
  turn.saveNode(run, index);
  turn.event(run, 'node.queued', { node: index, attempt: record.attempt });
  if (task.queueTimeoutMs !== undefined)
    turn.setTimer('queue_timeout', attemptName(place), turn.now + task.queueTimeoutMs);
}

/** What was queued is held back: the same attempt is queued again when there is room. Its flight has landed. */
export function takeBack(turn: Turn, place: NodePlace, reason: string): void {
  const { run, index, record } = place;
  leave(turn, place);
  turn.event(run, 'node.blocked', { node: index, attempt: record.attempt, detail: { reason } });
  record.attempt--;
  holdBack(turn, place);
}

/** A node that waits for its limits asks for them no more, until there is room again. */
export function stopEntering(turn: Turn, place: NodePlace): void {
  leave(turn, place);
  holdBack(turn, place);
}

/** The node's attempt was claimed at `at`. */
export function startAttempt(
  turn: Turn,
  place: NodePlace,
  at: number,
  detail: { worker?: string; delivery?: number },
): void {
  const { run, index, record, task } = place;
  const before = chargeWork(turn, place, at);
  record.state = 'running';
  record.startedAt = at;
  if (task.queueTimeoutMs !== undefined) turn.removeTimer('queue_timeout', attemptName(place));
  if (record.firstStartedAt === 0) record.firstStartedAt = at;
  turn.saveNode(run, index);
  turn.event(run, 'node.started', {
    node: index,
    attempt: record.attempt,
    at,
    detail: { ...detail, ...before },
  });
}

export interface Wait {
  /** ms since 1970. Absent: until somebody says something. */
  readonly until?: number;
  /** Event to write instead of `node.waiting`. */
  readonly as?: EventType;
  readonly detail?: EventDetail;
}

/** Nothing to do for now; holds no slot and none of `max_parallel`. `left` says what it waits for. */
export function waitFor(turn: Turn, place: NodePlace, left: NodeOutput, wait: Wait): void {
  const { run, index, record } = place;
  const { until, as = 'node.waiting' } = wait;
  const charged = leave(turn, place);
  record.state = 'waiting';
  turn.saveNode(run, index);
  turn.saveOutput(run, index, { ...left, ...iterationsOf(place) });
  const detail = { ...(until === undefined ? {} : { until }), ...wait.detail, ...charged };
  turn.event(run, as, { node: index, attempt: record.attempt, detail });
  if (until !== undefined) turn.setTimer('wait', attemptName(place), until);
  turn.shard.unfinished.add(run.header.id);
}

/** What a repeating node carries from attempt to attempt, as part of what it leaves. */
export function iterationsOf({ run, index, record }: NodePlace): Pick<NodeOutput, 'r'> {
  const r = run.outputs.get(index)?.r;
  return r?.g === record.generation ? { r } : {};
}

/** The attempt failed and another follows after a pause. */
export function retryLater(turn: Turn, place: NodePlace, delayMs: number, error: TaskError): void {
  const { run, index, record } = place;
  const charged = leave(turn, place);
  record.state = 'retrying';
  record.endedAt = turn.now;
  turn.saveNode(run, index);
  turn.saveOutput(run, index, { e: error, ...iterationsOf(place) });
  turn.event(run, 'node.retrying', {
    node: index,
    attempt: record.attempt,
    detail: { error, until: turn.now + delayMs, ...charged },
  });
  notifyNode(turn, place, { occasion: 'retry', error });
  turn.setTimer('retry', attemptName(place), turn.now + delayMs);
  turn.shard.unfinished.add(run.header.id);
}

/** The node's end, once per generation. */
export function endNode(turn: Turn, place: NodePlace, state: EndedNodeState, left: NodeOutput = {}): void {
  const { run, index, record } = place;
  const charged = leave(turn, place);
  record.state = state;
  record.endedAt = turn.now;
  clearDeadline(turn, place);
  turn.saveNode(run, index);
  // The last of a fan-out's nodes ends the fan-out in the same commit: room for that is taken now.
  if (isFanNode(place)) turn.saveNode(run, record.task);
  if (left.o || left.a || left.e) turn.saveOutput(run, index, left);
  const attempt = record.attempt > record.earlier ? { attempt: record.attempt } : {};
  const detail = { ...(left.e ? { error: left.e } : {}), ...charged };
  turn.event(run, `node.${state}`, {
    node: index,
    ...attempt,
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
  });
  tellOfEnd(turn, place, state, left);
  turn.ended.push(place);
  turn.shard.unfinished.add(run.header.id);
}

/** `notify` of a fan-out tells of it as a whole, not of each of its nodes. */
function tellOfEnd(turn: Turn, place: NodePlace, state: EndedNodeState, { e }: NodeOutput): void {
  if (place.task.notify === undefined || isFanNode(place)) return;
  if (state === 'succeeded') notifyNode(turn, place, { occasion: 'success' });
  if (state === 'failed') notifyNode(turn, place, { occasion: 'failure', ...(e ? { error: e } : {}) });
}

/**
 * Takes the flight of the current attempt out of the books, and the timers that hang on it; also what is joined behind it,
 * unless its worker `goesOn` with that.
 */
export function landFlight(turn: Turn, place: NodePlace, goesOn = false): void {
  const found = flightOf(turn.shard, place.run, place.index);
  if (found) {
    if (!goesOn) dropFollowers(turn, place.run, found.follower);
    removeFlight(turn.shard, found.key);
    turn.removeFlight(found.key);
  }
  const name = attemptName(place);
  if (place.task.queueTimeoutMs !== undefined) turn.removeTimer('queue_timeout', name);
  if (place.task.timeoutMs !== undefined) turn.removeTimer('timeout', name);
  if (found?.flight.state === 'x') turn.removeTimer('abandon', name);
}

/** Gives back what the node holds, its place in `max_parallel` and its limits, and charges its work. Call before its state changes. */
export function leave(turn: Turn, place: NodePlace): Charged {
  countActive(place, -1);
  leaveLimits(turn, place);
  return chargeWork(turn, place, turn.now);
}

/** `max_parallel` counts nodes that are started and unfinished. Call before the state changes, or right after it became active. */
function countActive(place: NodePlace, step: 1 | -1): void {
  const { run, index, record } = place;
  if ((isActive(record) || isEntering(run, index)) && !isFanTask(place)) count(place, step);
}

function count({ run, record }: NodePlace, step: 1 | -1): void {
  run.active += step;
  const fan = run.tasks[record.task]?.fan;
  if (fan) fan.active += step;
}
