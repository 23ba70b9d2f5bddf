/**
 * `decide`: all meaning of the engine. Takes one message on a shard and changes the turn; no I/O, no clock, no randomness.
 *
 * A batch is: new Turn → `decide` for each message → `settleTurn` (what follows, then dispatch) → `turn.finish` → commit.
 */
import { flightKey } from '../flight.ts';
import { WHOLE_RUN } from '../limit/address.ts';
import type { Message, TimerKind, TimerMessage } from '../message.ts';
import { isRunEnded, standsAs } from '../node-state.ts';
import { isCancelling } from '../run-part.ts';
import type { RunState } from '../run-state.ts';
import { takeForActor } from './actor/actor.ts';
import { askChild, takeChildEnded, timeOutChild } from './child/child.ts';
import { askAgain, giveBack, giveBackUnwanted } from './limit/limit.ts';
import { takeDeadline, takeRunDeadline } from './node/deadline.ts';
import { dispatch, type MayBundle, type WindowOf } from './node/dispatch.ts';
import { endWait } from './node/engine-action.ts';
import { admit, takeGranted } from './node/node.ts';
import type { NodePlace } from './node/node-place.ts';
import {
  currentPlace,
  recordLate,
  takeLost,
  takeQueueTimeout,
  takeSettled,
  takeStarted,
  takeTimeout,
} from './node/settle.ts';
import { abandonNode } from './node/stop.ts';
import { takeApproval } from './request/approval.ts';
import { answerRank } from './request/rank.ts';
import { answeredBefore, refuseRequest } from './request/request.ts';
import { takeSignal } from './request/signal.ts';
import { isVerb, refuseUnknownRun, takeVerb } from './request/verb.ts';
import { advance } from './run/advance.ts';
import { cancelRun, isAccepted, startRun, takeRefused, takeRunGranted } from './run/run.ts';
import { tellAgain, tellLater, tellUnknown } from './run/tell.ts';
import { takeUsual } from './run/usual.ts';
import type { Turn } from './turn.ts';

export type { Decision } from './decision.ts';
export type { MayBundle, WindowOf } from './node/dispatch.ts';
export { unruledMessages } from './notification/unruled.ts';
export type { ShardFacts, WorkerFact } from './shard-facts.ts';
export { Turn } from './turn.ts';

/** Takes one message. Its run must be in memory, unless the store does not have it (any more). */
export function decide(turn: Turn, message: Message): void {
  if (message.type === 'actor' || message.type === 'actor_timer') return takeForActor(turn, message);
  if (message.type === 'rank') return answerRank(turn, message);
  if (message.type === 'timer') turn.removeTimer(message.kind, message);
  const run = turn.shard.runs.get(message.run);
  if (!run) return clearAfterLostRun(turn, message);
  if (isVerb(message)) return takeVerb(turn, run, message);
  if (isRunEnded(run.header.status)) {
    if (message.type === 'granted' || message.type === 'still_held') giveBack(turn, message);
    if (message.type === 'settled' || message.type === 'late') recordLate(turn, run, message);
    if (message.type === 'report') tellAgain(turn, run, message);
    if (message.type === 'signal' || message.type === 'approval') {
      if (!answeredBefore(turn, run, message))
        refuseRequest(turn, run, message, `run ${message.run} has ended: it ${standsAs(run.header.status)}`);
    }
    return;
  }
  // News of an earlier life of the run, which the store has lost: this one has not begun.
  if (!isAccepted(run) && speaksOfAttempt(message)) return clearAfterLostRun(turn, message);
  turn.shard.unfinished.add(message.run);
  switch (message.type) {
    case 'start':
      return startRun(turn, run);
    case 'started':
      return takeStarted(turn, run, message);
    case 'settled':
      return takeSettled(turn, run, message);
    case 'late':
      return recordLate(turn, run, message);
    case 'progress': {
      const place = currentPlace(run, message);
      if (place?.record.state !== 'running') return;
      const { node, attempt, fraction } = message;
      return turn.event(run, 'node.progress', { node, attempt, detail: { fraction } });
    }
    case 'child_ended':
      return takeChildEnded(turn, run, message);
    case 'signal':
      return takeSignal(turn, run, message);
    case 'approval':
      return takeApproval(turn, run, message);
    case 'lost': {
      const place = currentPlace(run, message);
      return place && takeLost(turn, place);
    }
    case 'granted':
      return message.node === WHOLE_RUN
        ? takeRunGranted(turn, run, message)
        : takeGranted(turn, run, message);
    case 'refused':
      return takeRefused(turn, run, message);
    case 'still_held':
      return giveBackUnwanted(turn, run, message);
    case 'remind':
      return askAgain(turn, run);
    case 'report':
      return tellLater(turn, run, message);
    case 'timer':
      return takeTimer(turn, run, message);
  }
}

function speaksOfAttempt({ type }: Message): boolean {
  return type === 'settled' || type === 'late' || type === 'started' || type === 'progress';
}

/** The store lost the run (it went back to an earlier state), but not what hangs on it: that goes, too. */
function clearAfterLostRun(turn: Turn, message: Message): void {
  if (message.type === 'report') return tellUnknown(turn, message);
  if (message.type === 'granted' || message.type === 'still_held') return giveBack(turn, message);
  if (message.type === 'signal' || message.type === 'approval') {
    const text = `no run has the id ${message.run}`;
    return turn.answer(message, { ok: false, code: 'run_not_found', message: text });
  }
  if (isVerb(message)) return refuseUnknownRun(turn, message);
  if (message.type !== 'settled') return;
  turn.removeFlight(flightKey(message.run, message.node, message.generation, message.attempt));
}

/** Grace period of a run that passed its own timeout, ms. */
const RUN_TIMEOUT_GRACE_MS = 10_000;

const TIMERS = {
  retry: takeRetry,
  wait: (turn, place) => (place.record.state === 'waiting' ? endWait(turn, place) : askChild(turn, place)),
  timeout: (turn, place) => (place.task.child ? timeOutChild(turn, place) : takeTimeout(turn, place)),
  queue_timeout: takeQueueTimeout,
  abandon: abandonNode,
} satisfies Record<
  Exclude<TimerKind, 'run_timeout' | 'run_deadline' | 'run_usual' | 'deadline'>,
  (turn: Turn, place: NodePlace) => void
>;

/** The pause before another attempt is over. Once the run is being stopped there is none: the node is about to be cancelled. */
function takeRetry(turn: Turn, place: NodePlace): void {
  if (place.record.state === 'retrying' && !isCancelling(place.run)) admit(turn, place);
}

function takeTimer(turn: Turn, run: RunState, message: TimerMessage): void {
  if (message.kind === 'run_timeout')
    return cancelRun(turn, run, { code: 'run_timeout', graceMs: RUN_TIMEOUT_GRACE_MS });
  if (message.kind === 'run_deadline') return takeRunDeadline(turn, run);
  if (message.kind === 'run_usual') return takeUsual(turn, run);
  if (message.kind === 'deadline') return takeDeadline(turn, run, message.node);
  const place = currentPlace(run, message);
  if (place) TIMERS[message.kind](turn, place);
}

/** Whether a message may abandon work, so that the flights of its run should be looked at first. */
export function mayAbandon(message: Message): boolean {
  return (
    isVerb(message) ||
    message.type === 'lost' ||
    (message.type === 'timer' && message.kind !== 'retry' && message.kind !== 'wait')
  );
}

/** Draws all conclusions and fills the windows. Answers whether more is left for another turn. */
export function settleTurn(turn: Turn, windowOf: WindowOf, mayBundle: MayBundle = () => false): boolean {
  let more: boolean;
  do {
    more = advance(turn);
  } while (dispatch(turn, windowOf, mayBundle));
  return more || turn.isFull;
}
