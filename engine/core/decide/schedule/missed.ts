/**
 * Times of a schedule at which nothing was started, though it was not paused: nobody drove it, or a run could not be started. It fires as
 * an alert with the first such time, until a run starts in time again.
 */
import { alertTold } from '../../notification/alert.ts';
import { alertMessage } from '../../notification/message.ts';
import { notificationsAddress } from '../../notification/notification.ts';
import { parseScheduleAddress, type ScheduleState } from '../../schedule/document.ts';
import { IN_TIME_MS } from '../../schedule/due.ts';
import type { Turn } from '../turn.ts';
import type { Schedule } from './documents.ts';

/** Compares with what was before ticks were taken up and started. */
export function noteMissed(turn: Turn, schedule: Schedule, before: ScheduleState): void {
  const { state } = schedule;
  const missed = missedTick(turn, before, state);
  if (missed !== undefined) return setMissing(turn, schedule, missed);
  const isStarted = state.started > before.started && turn.now - (state.last?.tick ?? 0) <= IN_TIME_MS;
  if (isStarted) endMissing(turn, schedule);
}

/** The schedule is paused or removed, or starts in time again. */
export function endMissing(turn: Turn, schedule: Schedule): void {
  const { missing, ...rest } = schedule.state;
  if (missing === undefined) return;
  schedule.state = rest;
  tell(turn, schedule, { state: 'resolved', since: missing.since, what: 'starts its runs in time again' });
}

interface Missed {
  readonly tick: number;
  readonly why: string;
}

function missedTick({ now }: Turn, before: ScheduleState, after: ScheduleState): Missed | undefined {
  const { problem, missed, resumedAt = 0 } = after;
  if (problem && problem !== before.problem) return { tick: problem.tick, why: problem.message };
  const why = 'nobody drove it';
  if (missed && missed.to !== before.missed?.to && missed.to >= resumedAt) return { tick: missed.from, why };
  // Made up for, but late. One that waits for the run before it was taken up in time.
  const late = after.queue.concat(after.last?.tick ?? []).find((tick) => {
    return tick > before.cursor && tick <= after.cursor && tick < now - IN_TIME_MS && tick >= resumedAt;
  });
  return late === undefined ? undefined : { tick: late, why };
}

function setMissing(turn: Turn, schedule: Schedule, { tick, why }: Missed): void {
  if (schedule.state.missing !== undefined) return;
  schedule.state = { ...schedule.state, missing: { since: turn.now } };
  const what = `did not start its run of ${new Date(tick).toISOString()}: ${why}`;
  tell(turn, schedule, { state: 'firing', since: turn.now, what });
}

function tell(
  turn: Turn,
  { address }: Schedule,
  {
    state,
    since,
    what,
  }: { readonly state: 'firing' | 'resolved'; readonly since: number; readonly what: string },
): void {
  const { namespace, workflow, trigger } = parseScheduleAddress(address);
  const targets = turn.facts.alertsOf?.(namespace, workflow) ?? [];
  const text = `${workflow}: its schedule ${what}`;
  const told = alertTold(targets, 'schedule_missed', state, {
    namespace,
    at: turn.now,
    text,
    name: [address, String(since)],
    data: { namespace, workflow, trigger },
  });
  const news = {
    rule: 'schedule_missed',
    subject: String(trigger),
    state,
    since,
    at: turn.now,
    summary: text,
  } as const;
  turn.post({
    kind: 'message',
    message: alertMessage(notificationsAddress(namespace, workflow), news, told),
  });
}
