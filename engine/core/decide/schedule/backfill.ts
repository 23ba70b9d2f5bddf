/** Backfills: the ticks of a range, started as if they were due, a few at a time. */
import type { ActorMessage } from '../../message.ts';
import { BACKFILL, type Backfill, type TimeTrigger, tickSpec } from '../../schedule/document.ts';
import { scheduledRunId } from '../../schedule/run-request.ts';
import { nextTick } from '../../schedule/tick.ts';
import type { Turn } from '../turn.ts';
import { backfillsOf, type Schedule, saveBackfill } from './documents.ts';
import { answerRequest } from './request.ts';
import { postStart } from './ticks.ts';

/** Backfills that have ended and are still shown. */
const KEPT = 10;
const MAX_PARALLEL = 100;
/** Ticks looked at in one turn. */
const TRIED_AT_ONCE = 200;
/** Wakes the schedule to go on with its backfills. */
export const BACKFILL_TIMER = 'backfill';
/** Between SIGTERM and SIGKILL of the tasks of a backfill that is cancelled, ms. */
const GRACE_MS = 10_000;

/** `{id, from, to, max_parallel, rerun}`: the same id twice is one backfill. */
export function beginBackfill(turn: Turn, schedule: Schedule, message: ActorMessage): void {
  const { id, from, to, max_parallel: maxParallel, rerun } = message.body;
  const known = backfillsOf(turn, schedule.address).some((backfill) => backfill.id === id);
  if (!known && typeof id === 'string' && typeof from === 'number' && typeof to === 'number') {
    const limit =
      typeof maxParallel === 'number' ? Math.min(Math.max(1, Math.floor(maxParallel)), MAX_PARALLEL) : 1;
    saveBackfill(turn, schedule.address, {
      id,
      createdAt: turn.now,
      from,
      to,
      cursor: from - 1,
      maxParallel: limit,
      rerun: rerun === true,
      status: 'running',
      active: [],
      started: 0,
      ended: { succeeded: 0, failed: 0, cancelled: 0 },
    });
  }
  answerRequest(turn, message, { ok: true, backfill: String(id) });
}

/** Starts nothing more, and cancels what runs. */
export function cancelBackfill(turn: Turn, schedule: Schedule, message: ActorMessage): void {
  const { id } = message.body;
  const running = backfillsOf(turn, schedule.address).filter(
    (backfill) => backfill.status === 'running' && (id === undefined || backfill.id === id),
  );
  for (const backfill of running) {
    for (const { run } of backfill.active) {
      const reason = 'its backfill was cancelled';
      turn.post({ kind: 'message', message: { type: 'cancel', run, reason, graceMs: GRACE_MS } });
    }
    saveBackfill(turn, schedule.address, { ...backfill, status: 'cancelled' });
  }
  answerRequest(turn, message, { ok: true, cancelled: running.map((backfill) => backfill.id) });
}

/** One of its runs may have ended. */
export function noteBackfillEnd(turn: Turn, schedule: Schedule, run: string, status: string): void {
  for (const backfill of backfillsOf(turn, schedule.address)) {
    if (!backfill.active.some((active) => active.run === run)) continue;
    const active = backfill.active.filter((one) => one.run !== run);
    const { ended } = backfill;
    const counted = Object.hasOwn(ended, status) ? { ...ended, [status]: countOf(ended, status) + 1 } : ended;
    saveBackfill(turn, schedule.address, { ...backfill, active, ended: counted });
  }
}

function countOf(ended: Backfill['ended'], status: string): number {
  return status === 'succeeded' ? ended.succeeded : status === 'failed' ? ended.failed : ended.cancelled;
}

/** Starts as many runs as there is room for; ends backfills that are through. */
export function advanceBackfills(turn: Turn, schedule: Schedule, trigger: TimeTrigger): void {
  for (const backfill of backfillsOf(turn, schedule.address)) {
    if (backfill.status === 'running') advance(turn, schedule, trigger, backfill);
  }
  forgetOld(turn, schedule);
}

function advance(turn: Turn, schedule: Schedule, trigger: TimeTrigger, before: Backfill): void {
  const spec = tickSpec(trigger);
  let backfill = before;
  let tick = nextTick(spec, backfill.cursor);
  for (let tried = 0; tick !== undefined && tick < backfill.to; tried++) {
    if (backfill.active.length >= backfill.maxParallel) break;
    // A run that cannot be started takes no place, so that a long range of them would never end.
    if (turn.isFull || tried >= TRIED_AT_ONCE) {
      turn.setActorTimer(schedule.address, BACKFILL_TIMER, turn.now + 1);
      break;
    }
    backfill = startOne(turn, schedule, backfill, tick);
    tick = nextTick(spec, tick);
  }
  const isThrough = tick === undefined || tick >= backfill.to;
  if (isThrough && backfill.active.length === 0) backfill = { ...backfill, status: 'done' };
  if (backfill !== before) saveBackfill(turn, schedule.address, backfill);
}

/** The run may be there since long, from its schedule or an earlier backfill: whoever delivers the start then asks for its end. */
function startOne(turn: Turn, schedule: Schedule, backfill: Backfill, tick: number): Backfill {
  const run = scheduledRunId(schedule.address, tick, backfill.rerun ? backfill.id : undefined);
  const problem = postStart(turn, schedule, { tick, run, tell: true, backfill: backfill.id });
  if (problem !== undefined) {
    schedule.state = { ...schedule.state, problem: { tick, message: problem } };
    const failed = backfill.ended.failed + 1;
    return { ...backfill, cursor: tick, ended: { ...backfill.ended, failed } };
  }
  const active = [...backfill.active, { run, tick }];
  return { ...backfill, cursor: tick, active, started: backfill.started + 1 };
}

function forgetOld(turn: Turn, { address }: Schedule): void {
  const ended = backfillsOf(turn, address).filter(
    ({ status, active }) => status !== 'running' && active.length === 0,
  );
  ended.sort((a, b) => b.createdAt - a.createdAt);
  for (const { id } of ended.slice(KEPT)) turn.removeDocument(address, `${BACKFILL}${id}`);
}
