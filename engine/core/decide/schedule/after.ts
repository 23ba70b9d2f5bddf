/**
 * `after`: runs that follow the runs of another workflow. Without a window one after each; with a window one after all
 * scheduled logical times in it. Windows are `[start, end)`, multiples of their length counted from ANCHOR_MS.
 */
import type { Json } from '../../json.ts';
import type { RunHeader } from '../../run-header.ts';
import { derivedRunId } from '../../run-id.ts';
import { type AfterTrigger, WINDOW, type WindowDocument } from '../../schedule/document.ts';
import { runRequest } from '../../schedule/run-request.ts';
import { ANCHOR_MS, MAX_EXPECTED, ticksBetween } from '../../schedule/tick.ts';
import type { RunEndedBody } from '../run/tell.ts';
import type { Turn } from '../turn.ts';
import { type Schedule, saveWindow, windowsOf } from './documents.ts';

/** Windows of which is remembered what has ended, newest first. */
const KEPT_WINDOWS = 400;

const ENDS: ReadonlyMap<string, AfterTrigger['on'][number]> = new Map([
  ['succeeded', 'success'],
  ['failed', 'failure'],
  ['cancelled', 'cancelled'],
]);

/** A run of some workflow has ended. */
export function takeUpstreamEnd(
  turn: Turn,
  schedule: Schedule,
  trigger: AfterTrigger,
  ended: RunEndedBody,
): void {
  const { namespace, workflow, on, windowMs } = trigger;
  if (ended.namespace !== namespace || ended.workflow !== workflow) return;
  const end = ENDS.get(ended.status);
  if (end === undefined || !on.includes(end)) return;
  if (windowMs === undefined) startAfterRun(turn, schedule, ended);
  else if (ended.scheduled) noteInWindow(turn, schedule, windowMs, ended);
}

function startAfterRun(turn: Turn, schedule: Schedule, ended: RunEndedBody): void {
  if (schedule.state.paused) return;
  const { run, status, logical_time, interval, outputs, workflow } = ended;
  const id = derivedRunId('after', schedule.address, run, String(ended.retries));
  const trigger = { type: 'after', workflow, run_id: run, status, logical_time, interval, outputs };
  start(turn, schedule, Date.parse(logical_time), { id, trigger });
}

function noteInWindow(
  turn: Turn,
  schedule: Schedule,
  windowMs: number,
  { logical_time }: RunEndedBody,
): void {
  const tick = Date.parse(logical_time);
  const start = ANCHOR_MS + Math.floor((tick - ANCHOR_MS) / windowMs) * windowMs;
  const known = windowsOf(turn, schedule.address).find((window) => window.start === start);
  const seconds = (tick - start) / 1_000;
  if (known?.ended.includes(seconds)) return;
  saveWindow(turn, schedule.address, { start, ...known, ended: [...(known?.ended ?? []), seconds] });
  const windows = windowsOf(turn, schedule.address).sort((a, b) => b.start - a.start);
  for (const old of windows.slice(KEPT_WINDOWS))
    turn.removeDocument(schedule.address, `${WINDOW}${old.start}`);
}

/** Starts the runs of all windows that are complete. */
export function advanceWindows(turn: Turn, schedule: Schedule, trigger: AfterTrigger): void {
  const { windowMs } = trigger;
  if (windowMs === undefined || schedule.state.paused) return;
  for (const window of windowsOf(turn, schedule.address)) {
    if (window.run === undefined && isComplete(schedule, window, windowMs))
      startAfterWindow(turn, schedule, window, windowMs);
  }
}

function isComplete(schedule: Schedule, { start, ended }: WindowDocument, windowMs: number): boolean {
  const { spec, state } = schedule;
  const expected = (spec.expects ?? []).flatMap((ticks) =>
    ticksBetween(ticks, start, start + windowMs, MAX_EXPECTED + 1),
  );
  if (expected.length > MAX_EXPECTED) {
    const message = `the window has more than ${MAX_EXPECTED} scheduled times; choose a shorter one`;
    schedule.state = { ...state, problem: { tick: start + windowMs, message } };
    return false;
  }
  const seen = new Set(ended);
  return expected.length > 0 && expected.every((tick) => seen.has((tick - start) / 1_000));
}

function startAfterWindow(turn: Turn, schedule: Schedule, window: WindowDocument, windowMs: number): void {
  const { start: from } = window;
  const { trigger: after } = schedule.spec;
  const interval = { start: new Date(from).toISOString(), end: new Date(from + windowMs).toISOString() };
  const id = derivedRunId('after', schedule.address, 'window', interval.start, interval.end);
  const workflow = after.kind === 'after' ? after.workflow : '';
  const trigger = {
    type: 'after',
    workflow,
    logical_time: interval.end,
    interval,
    runs: window.ended.length,
  };
  if (start(turn, schedule, from + windowMs, { id, trigger }))
    saveWindow(turn, schedule.address, { ...window, run: id });
}

interface Start {
  readonly id: string;
  readonly trigger: RunHeader['trigger'] & { readonly [field: string]: Json };
}

function start(turn: Turn, schedule: Schedule, tick: number, { id, trigger }: Start): boolean {
  const { state } = schedule;
  const request = runRequest(schedule.spec, { id, trigger, tell: [] });
  if ('problem' in request) {
    schedule.state = { ...state, problem: { tick, message: request.problem } };
    return false;
  }
  turn.post({ kind: 'start', header: request.header });
  schedule.state = { ...state, started: state.started + 1, last: { tick, run: id } };
  return true;
}
