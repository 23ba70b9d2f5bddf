/** Starts the runs of a schedule's ticks, as `overlap` and `catchup` allow. */
import {
  type ActiveRun,
  policyOf,
  type ScheduleState,
  type TimeTrigger,
  tickSpec,
} from '../../schedule/document.ts';
import { IN_TIME_MS, takeUpDue } from '../../schedule/due.ts';
import { runRequest, scheduledRunId } from '../../schedule/run-request.ts';
import { nextTick, previousTick } from '../../schedule/tick.ts';
import type { Turn } from '../turn.ts';
import type { Schedule } from './documents.ts';

/** Runs at once that make up for missed ticks. */
const CATCH_UP_AT_ONCE = 10;
/** Grace of a run that is replaced, between SIGTERM and SIGKILL of its tasks, ms. */
const REPLACE_GRACE_MS = 10_000;
/** Times that the queue of due ticks is filled in one turn. */
const ROUNDS = 10;
export const TICK_TIMER = 'tick';

/** Takes up what is due, starts what may start, and sets the timer for the next tick. */
export function advanceTicks(turn: Turn, schedule: Schedule, trigger: TimeTrigger): void {
  if (schedule.state.paused) return turn.removeActorTimer(schedule.address, TICK_TIMER);
  schedule.state = takeUpDue(trigger, schedule.state, turn.now);
  for (let before = -1, round = 0; before !== schedule.state.queue[0]; round++) {
    // Ticks that are skipped, or cannot be started, leave nothing that would fill the turn.
    if (round >= ROUNDS) return turn.setActorTimer(schedule.address, TICK_TIMER, turn.now + 1);
    before = schedule.state.queue[0] ?? -1;
    startQueued(turn, schedule, trigger);
    schedule.state = takeUpDue(trigger, schedule.state, turn.now);
    if (schedule.state.queue.length === 0 || turn.isFull) break;
  }
  setTickTimer(turn, schedule, trigger);
}

/** While the queue is full, ticks that are due wait for the end of a run, not for a time. */
function setTickTimer(turn: Turn, { address, state }: Schedule, trigger: TimeTrigger): void {
  const next = nextTick(tickSpec(trigger), state.cursor);
  if (turn.isFull && (state.queue.length > 0 || next !== undefined))
    return turn.setActorTimer(
      address,
      TICK_TIMER,
      Math.max(turn.now + 1, state.queue.length > 0 ? 0 : (next ?? 0)),
    );
  if (next === undefined || next <= turn.now) return turn.removeActorTimer(address, TICK_TIMER);
  turn.setActorTimer(address, TICK_TIMER, next);
}

function startQueued(turn: Turn, schedule: Schedule, trigger: TimeTrigger): void {
  const { overlap } = policyOf(trigger);
  while (schedule.state.queue.length > 0 && !turn.isFull) {
    const verdict = OVERLAP[overlap](turn, schedule);
    if (verdict === 'wait') return;
    const [tick = 0, ...queue] = schedule.state.queue;
    schedule.state = { ...schedule.state, queue };
    if (verdict === 'start') startTick(turn, schedule, tick);
    else schedule.state = { ...schedule.state, skipped: schedule.state.skipped + 1 };
  }
}

type Verdict = 'start' | 'wait' | 'skip';

/** What happens to the oldest tick in the queue. */
const OVERLAP = {
  allow: (turn, { state }) =>
    isLate(turn, state.queue[0] ?? 0) && state.active.length >= CATCH_UP_AT_ONCE ? 'wait' : 'start',
  skip: (_turn, { state }) => (state.active.length > 0 ? 'skip' : 'start'),
  queue: (_turn, { state }) => (state.active.length > 0 ? 'wait' : 'start'),
  replace: (turn, schedule) => {
    const { state } = schedule;
    if (state.queue.length > 1) return 'skip';
    if (state.active.length === 0) return 'start';
    schedule.state = { ...state, active: state.active.map((active) => replace(turn, active)) };
    return 'wait';
  },
} satisfies { [overlap: string]: (turn: Turn, schedule: Schedule) => Verdict };

function isLate(turn: Turn, tick: number): boolean {
  return turn.now - tick > IN_TIME_MS;
}

function replace(turn: Turn, active: ActiveRun): ActiveRun {
  if (active.replaced) return active;
  const reason = 'the next run of its schedule replaces it';
  const message = { type: 'cancel', run: active.run, reason, graceMs: REPLACE_GRACE_MS } as const;
  turn.post({ kind: 'message', message });
  return { ...active, replaced: true };
}

function startTick(turn: Turn, schedule: Schedule, tick: number): void {
  const { state, spec } = schedule;
  const { trigger } = spec;
  if (trigger.kind === 'after') return;
  const waits = policyOf(trigger).overlap !== 'allow' || isLate(turn, tick);
  const run = scheduledRunId(schedule.address, tick);
  const problem = postStart(turn, schedule, { tick, run, tell: waits });
  const next: ScheduleState =
    problem === undefined
      ? {
          ...state,
          started: state.started + 1,
          last: { tick, run },
          active: waits ? [...state.active, { run, tick }] : state.active,
        }
      : { ...state, problem: { tick, message: problem } };
  schedule.state = next;
}

export interface TickStart {
  readonly tick: number;
  readonly run: string;
  /** Whether the schedule wants to know of its end. */
  readonly tell: boolean;
  readonly backfill?: string;
}

/** Answers why it cannot be started. */
export function postStart(turn: Turn, { address, spec }: Schedule, start: TickStart): string | undefined {
  const { trigger } = spec;
  if (trigger.kind === 'after') return 'it has no ticks';
  const { tick, run, tell, backfill } = start;
  const iso = (ms: number) => new Date(ms).toISOString();
  const from = previousTick(tickSpec(trigger), tick) ?? tick;
  const request = runRequest(spec, {
    id: run,
    trigger: {
      type: 'schedule',
      schedule: address,
      logical_time: iso(tick),
      interval: { start: iso(from), end: iso(tick) },
      ...(backfill === undefined ? {} : { backfill }),
    },
    tell: tell ? [address] : [],
  });
  if ('problem' in request) return request.problem;
  turn.post({ kind: 'start', header: request.header });
  return undefined;
}
