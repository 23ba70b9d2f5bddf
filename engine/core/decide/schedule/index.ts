/**
 * What a schedule does: takes up ticks, follows other workflows, backfills. All it starts has a derived id, so a tick that is
 * taken up again by another orchestrator is the same run.
 */

import type { ActorMessage } from '../../message.ts';
import {
  newScheduleState,
  parseScheduleAddress,
  REMOVED,
  type RemovedDocument,
  type ScheduleSpec,
  type ScheduleState,
} from '../../schedule/document.ts';
import { resumeAt, takeUpDue } from '../../schedule/due.ts';
import type { TickSpec } from '../../schedule/tick.ts';
import type { RunEndedBody } from '../run/tell.ts';
import type { Turn } from '../turn.ts';
import { advanceWindows, takeUpstreamEnd } from './after.ts';
import {
  advanceBackfills,
  BACKFILL_TIMER,
  beginBackfill,
  cancelBackfill,
  noteBackfillEnd,
} from './backfill.ts';
import { backfillsOf, type Schedule, saveSpec, saveState, scheduleOf } from './documents.ts';
import { endMissing, noteMissed } from './missed.ts';
import { answeredBefore, answerRequest } from './request.ts';
import { advanceTicks, TICK_TIMER } from './ticks.ts';

/** Runs that are waited for are asked whether they have ended, should the news have been lost, ms. */
const CHECK_MS = 60_000;
const CHECK_TIMER = 'check';
/** What is left of a schedule that was removed goes so long after it, ms: no message comes so late. */
const FORGET_MS = 24 * 3_600_000;
const FORGET_TIMER = 'forget';

type Receiver = (turn: Turn, schedule: Schedule, message: ActorMessage) => void;

/** Messages by name, for a schedule that is there. */
const RECEIVERS: ReadonlyMap<string, Receiver> = new Map<string, Receiver>([
  ['pause', pause],
  ['resume', resume],
  ['backfill', takeBackfill],
  ['backfill_cancel', cancelBackfill],
  ['run_ended', takeRunEnd],
  ['expect', takeExpected],
]);

export const scheduleActor = {
  receive(turn: Turn, message: ActorMessage): void {
    if (answeredBefore(turn, message)) return;
    if (message.name === 'set') return setSchedule(turn, message);
    if (message.name === 'remove') return removeSchedule(turn, message);
    const schedule = scheduleOf(turn, message.to);
    if (!schedule)
      return turn.answer(message, { ok: false, code: 'schedule_not_found', message: absent(message.to) });
    RECEIVERS.get(message.name)?.(turn, schedule, message);
    advance(turn, schedule);
  },

  wake(turn: Turn, address: string, timer: string): void {
    const schedule = scheduleOf(turn, address);
    if (!schedule) return timer === FORGET_TIMER ? clear(turn, address) : undefined;
    if (timer === CHECK_TIMER) check(turn, schedule);
    advance(turn, schedule);
  },
};

function absent(address: string): string {
  const { namespace, workflow, trigger } = parseScheduleAddress(address);
  return `the workflow ${workflow} of the namespace ${namespace} has no schedule ${trigger}; \`sluice schedules\` lists those that there are`;
}

/** Draws all conclusions: what is due is started, as far as it may be. */
function advance(turn: Turn, schedule: Schedule): void {
  const { trigger } = schedule.spec;
  if (trigger.kind === 'after') {
    endMissing(turn, schedule);
    advanceWindows(turn, schedule, trigger);
  } else {
    const before = schedule.state;
    advanceTicks(turn, schedule, trigger);
    noteMissed(turn, schedule, before);
    advanceBackfills(turn, schedule, trigger);
  }
  setCheckTimer(turn, schedule);
  saveState(turn, schedule);
}

function setCheckTimer(turn: Turn, schedule: Schedule): void {
  const { checkAt, ...state } = schedule.state;
  if (waitedFor(turn, schedule).length === 0) {
    schedule.state = state;
    if (checkAt !== undefined) turn.removeActorTimer(schedule.address, CHECK_TIMER);
  } else if (checkAt === undefined || checkAt <= turn.now) {
    schedule.state = { ...state, checkAt: turn.now + CHECK_MS };
    turn.setActorTimer(schedule.address, CHECK_TIMER, turn.now + CHECK_MS);
  }
}

function waitedFor(turn: Turn, { address, state }: Schedule): string[] {
  const backfilled = backfillsOf(turn, address).flatMap(({ active }) => active);
  return [...new Set([...state.active, ...backfilled].map(({ run }) => run))];
}

function check(turn: Turn, schedule: Schedule): void {
  const tell = schedule.address;
  for (const run of waitedFor(turn, schedule))
    turn.post({ kind: 'message', message: { type: 'report', run, tell } });
}

/** `{spec}`, from applying a definition. With other ticks than before it goes on from now; what was due is not lost. */
function setSchedule(turn: Turn, message: ActorMessage): void {
  // Written by `Definitions`, from a checked plan.
  const spec = message.body['spec'] as unknown as ScheduleSpec;
  const known = scheduleOf(turn, message.to);
  answerRequest(turn, message, { ok: true });
  if (known && known.spec.revision > spec.revision) return;
  if (wasRemoved(turn, message.to, spec.revision)) return;
  saveSpec(turn, message.to, spec);
  advance(turn, { address: message.to, spec, state: nextState(turn, known, spec) });
}

/** Runs that go on are waited for under the new definition, too. */
function nextState(turn: Turn, known: Schedule | undefined, spec: ScheduleSpec): ScheduleState {
  if (known === undefined) return newScheduleState(turn.now);
  if (rhythmOf(known.spec) === rhythmOf(spec)) return known.state;
  const before = known.spec.trigger;
  const { paused, missing } = known.state;
  const isTimed = before.kind !== 'after' && spec.trigger.kind !== 'after';
  const due = isTimed && !paused ? takeUpDue(before, known.state, turn.now) : known.state;
  const fresh = { ...newScheduleState(turn.now), active: known.state.active };
  return {
    ...fresh,
    queue: isTimed ? due.queue : [],
    ...(paused ? { paused } : {}),
    ...(missing ? { missing } : {}),
  };
}

/** What must stay the same for a schedule to keep its place. */
function rhythmOf({ trigger }: ScheduleSpec): string {
  if (trigger.kind !== 'after') return JSON.stringify({ ...trigger, inputs: 0, catchup: 0, overlap: 0 });
  return JSON.stringify([trigger.namespace, trigger.workflow, trigger.windowMs ?? 0]);
}

/** `{revision}`: an older one than what is there leaves it. */
function removeSchedule(turn: Turn, message: ActorMessage): void {
  const { to, body } = message;
  const { revision } = body;
  const known = scheduleOf(turn, to);
  const isOld = known !== undefined && typeof revision === 'number' && known.spec.revision > revision;
  if (!isOld) {
    if (known) endMissing(turn, known);
    clear(turn, to);
    turn.removeActorTimer(to, TICK_TIMER);
    turn.removeActorTimer(to, CHECK_TIMER);
    turn.removeActorTimer(to, BACKFILL_TIMER);
    if (typeof revision === 'number') turn.setDocument(to, REMOVED, { revision });
    turn.setActorTimer(to, FORGET_TIMER, turn.now + FORGET_MS);
  }
  answerRequest(turn, message, { ok: true });
}

function clear(turn: Turn, address: string): void {
  for (const field of [...turn.actor(address).keys()]) turn.removeDocument(address, field);
}

/** Whether it was removed after this revision was applied. Otherwise it is there again, and nothing need be known of that. */
function wasRemoved(turn: Turn, address: string, revision: number): boolean {
  // Written by `removeSchedule`.
  const removed = turn.actor(address).get(REMOVED) as unknown as RemovedDocument | undefined;
  if (removed === undefined) return false;
  if (removed.revision >= revision) return true;
  turn.removeDocument(address, REMOVED);
  turn.removeActorTimer(address, FORGET_TIMER);
  return false;
}

function pause(turn: Turn, schedule: Schedule, message: ActorMessage): void {
  const { reason } = message.body;
  const paused = { at: turn.now, ...(typeof reason === 'string' ? { reason } : {}) };
  if (!schedule.state.paused) schedule.state = { ...schedule.state, paused };
  endMissing(turn, schedule);
  answerRequest(turn, message, { ok: true });
}

function resume(turn: Turn, schedule: Schedule, message: ActorMessage): void {
  const { trigger } = schedule.spec;
  if (trigger.kind === 'after') {
    const { paused, ...going } = schedule.state;
    if (paused) schedule.state = going;
  } else if (schedule.state.paused)
    schedule.state = { ...resumeAt(trigger, schedule.state, turn.now), resumedAt: turn.now };
  answerRequest(turn, message, { ok: true });
}

function takeBackfill(turn: Turn, schedule: Schedule, message: ActorMessage): void {
  if (schedule.spec.trigger.kind !== 'after') return beginBackfill(turn, schedule, message);
  const text = `it follows ${schedule.spec.trigger.workflow} and has no times of its own; backfill that workflow`;
  answerRequest(turn, message, { ok: false, code: 'not_possible', message: text });
}

/** `{expects}`: the schedules of the workflow that it follows have changed. */
function takeExpected(turn: Turn, schedule: Schedule, message: ActorMessage): void {
  const expects = message.body['expects'] as unknown as readonly TickSpec[];
  schedule.spec = { ...schedule.spec, expects };
  saveSpec(turn, schedule.address, schedule.spec);
  answerRequest(turn, message, { ok: true });
}

function takeRunEnd(turn: Turn, schedule: Schedule, message: ActorMessage): void {
  // Written by `tellEnd`; of a run that is not there, only `run` and `status`.
  const ended = message.body as unknown as RunEndedBody;
  const { state, spec } = schedule;
  const active = state.active.filter(({ run }) => run !== ended.run);
  if (active.length < state.active.length) schedule.state = { ...state, active };
  noteBackfillEnd(turn, schedule, ended.run, ended.status);
  if (spec.trigger.kind === 'after') takeUpstreamEnd(turn, schedule, spec.trigger, ended);
}
