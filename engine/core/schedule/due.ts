/** Which ticks a schedule takes up now: those that are due, less those that were missed and are not made up for. */
import { policyOf, type ScheduleState, type TimeTrigger, tickSpec } from './document.ts';
import { nextTick, previousTick } from './tick.ts';

/** A tick is in time so long after it, ms: a take-over or an outage of Redis is no reason to leave it out. */
export const IN_TIME_MS = 60_000;
/** Ticks that wait at once. What is due beyond them stays due. */
const MAX_QUEUE = 100;

/** The state with all due ticks taken up, as far as the queue has room. */
export function takeUpDue(trigger: TimeTrigger, state: ScheduleState, now: number): ScheduleState {
  const spec = tickSpec(trigger);
  const passed = passMissed(trigger, state, now);
  const queue = [...passed.queue];
  let { cursor } = passed;
  for (let tick = nextTick(spec, cursor); tick !== undefined && tick <= now; tick = nextTick(spec, cursor)) {
    if (queue.length >= MAX_QUEUE) break;
    queue.push(tick);
    cursor = tick;
  }
  return { ...passed, cursor, queue };
}

/** Moves on over ticks that were missed, as `catchup` says. */
function passMissed(trigger: TimeTrigger, state: ScheduleState, now: number): ScheduleState {
  const { catchup } = policyOf(trigger);
  const spec = tickSpec(trigger);
  const oldest = nextTick(spec, state.cursor);
  if (catchup === 'all' || oldest === undefined || oldest >= now - IN_TIME_MS) return state;
  const goOn = catchup === 'last' ? (previousTick(spec, now + 1) ?? now) : now - IN_TIME_MS;
  const newest = previousTick(spec, goOn);
  if (newest === undefined || newest < oldest) return state;
  return { ...state, cursor: goOn - 1, missed: { from: oldest, to: newest } };
}

/** After a pause nothing is in time any more. */
export function resumeAt(trigger: TimeTrigger, state: ScheduleState, now: number): ScheduleState {
  const { paused, ...going } = state;
  if (paused === undefined || policyOf(trigger).catchup !== 'none' || state.cursor >= now) return going;
  return { ...going, cursor: now };
}
