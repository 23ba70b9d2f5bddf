/**
 * What must hold of times: each logical time has exactly one run, by the clock of its zone, with its interval; none is missed,
 * also across a change of the clocks and of the definition; backfills run each time of their range, no more at once than they
 * may; runs of one schedule overlap only as it says; a window is followed once, when all of it has succeeded.
 *
 * A store that went back counts what it does again: then overlap and what was in the lost history are excused, never a
 * missing or doubled time.
 */
import { isRunEnded } from '../../../engine/core/node-state.ts';
import type { RunHeader } from '../../../engine/core/run-header.ts';
import { scheduleAddress, tickSpec } from '../../../engine/core/schedule/document.ts';
import { scheduledRunId } from '../../../engine/core/schedule/run-request.ts';
import type { TickSpec } from '../../../engine/core/schedule/tick.ts';
import type { ScheduleView } from '../../../engine/runtime/schedules.ts';
import type { TimePromises } from './people.ts';
import { referenceTicks } from './reference-ticks.ts';
import { AT, type Times } from './workflows.ts';

const HOUR = 3_600_000;
/** Between two ticks of a pattern of the simulation, ms, at most: a day with an hour more, and a day that is left out. */
const LONGEST_GAP = 60 * HOUR;
/** Runs that make up for what was missed, at once. */
const CATCH_UP_AT_ONCE = 10;
/** A tick that is taken up later was missed, ms. */
const IN_TIME_MS = 60_000;
/** `calendar` is there so long after it was applied, ms. */
export const SET_MS = 2_000;
/** A pause may come before the tick that fell due a moment earlier, ms. */
const LATEST_MS = 1_000;

export interface TimeEvidence {
  /** All runs, at the end. */
  readonly headers: readonly RunHeader[];
  readonly views: readonly ScheduleView[];
  readonly promises: TimePromises;
  readonly times: Times;
}

interface Started {
  readonly header: RunHeader;
  readonly tick: number;
}

export function checkTimes(evidence: TimeEvidence): string[] {
  const { headers, times, promises } = evidence;
  const open = headers.filter(({ status }) => status !== 'succeeded');
  const calendar = { workflow: 'calendar', askedAt: times.startAt, setAt: times.startAt + SET_MS };
  const { askedAt, beatsAt: setAt } = promises;
  return [
    ...open.map(({ workflow, id, status }) => `run ${id} of ${workflow} is ${status}`),
    ...[0, 1].flatMap((number) => [...checkSchedule(evidence, { ...calendar, number })]),
    ...checkSchedule(evidence, { workflow: 'beat', number: 0, askedAt, setAt }),
    ...AT.flatMap((number) => checkOnce(evidence, number)),
    ...checkMoving(evidence),
    ...evidence.views.flatMap((view) => checkBackfills(evidence, view)),
    ...checkAsked(evidence),
    ...checkWindows(evidence),
  ];
}

interface Expected {
  readonly workflow: string;
  readonly number: number;
  /** Setting it was first tried, ms. */
  readonly askedAt: number;
  /** It was set, ms. */
  readonly setAt: number;
}

function* checkSchedule(
  evidence: TimeEvidence,
  { workflow, number, askedAt, setAt }: Expected,
): Generator<string> {
  const { views, promises } = evidence;
  const address = scheduleAddress('default', workflow, number);
  const view = views.find((one) => one.address === address);
  if (!view || view.spec.trigger.kind === 'after') return yield `${address} is not there`;
  const spec = tickSpec(view.spec.trigger);
  const say = (what: string) => `${address} ${JSON.stringify(spec)} ${view.spec.trigger.kind}: ${what}`;
  const started = startedBy(evidence, address);
  yield* wrongTicks(spec, started).map(say);
  const pausedAt = promises.pausedAt.get(`${workflow} ${number}`) ?? 0;
  for (const { tick, header } of started) {
    if (header.trigger['backfill'] !== undefined) continue;
    if (tick < askedAt) yield say(`${iso(tick)} was before it was applied`);
    if (tick > pausedAt) yield say(`${iso(tick)} was after it was paused`);
  }
  const until = Math.max(view.state.cursor + 1, (view.state.paused?.at ?? 0) - LATEST_MS);
  yield* missing(referenceTicks(spec, Math.ceil(setAt), until), started, view).map(say);
  if (promises.wentBack) return;
  const own = started.filter(({ header }) => header.trigger['backfill'] === undefined);
  const { overlap } = view.spec.trigger.kind === 'at' ? { overlap: 'allow' } : view.spec.trigger;
  if (overlap === 'queue' && atOnce(own) > 1) yield say(`${atOnce(own)} runs at once`);
  const late = own.filter(({ header, tick }) => header.createdAt - tick > IN_TIME_MS + LATEST_MS);
  if (atOnce(late) > CATCH_UP_AT_ONCE) yield say(`${atOnce(late)} missed ticks at once`);
}

/** Runs of a schedule, without those that a backfill was told to run again. */
function startedBy({ headers }: TimeEvidence, address: string): Started[] {
  return headers
    .filter(({ trigger }) => trigger['schedule'] === address)
    .map((header) => ({ header, tick: tickOf(header) }))
    .filter(({ header, tick }) => header.id === scheduledRunId(address, tick))
    .sort((a, b) => a.tick - b.tick);
}

/** Each is a tick, once, with the interval since the one before. */
function wrongTicks(spec: TickSpec, started: readonly Started[]): string[] {
  const twice = started.filter(({ tick }, i) => started[i - 1]?.tick === tick);
  const wrong = started.flatMap(({ header, tick }) => {
    if (referenceTicks(spec, tick, tick + 1).length === 0) return [`${iso(tick)} is no tick`];
    const before = referenceTicks(spec, tick - gapOf(spec), tick).at(-1);
    const interval = JSON.stringify({ start: iso(before ?? tick), end: iso(tick) });
    const given = JSON.stringify(header.trigger['interval']);
    return given === interval ? [] : [`${iso(tick)} has the interval ${given} instead of ${interval}`];
  });
  return [...twice.map(({ tick }) => `${iso(tick)} has two runs`), ...wrong];
}

function gapOf(spec: TickSpec): number {
  return spec.kind === 'every' ? spec.everyMs : LONGEST_GAP;
}

function missing(promised: readonly number[], started: readonly Started[], view: ScheduleView): string[] {
  const known = new Set([...view.state.queue, ...started.map(({ tick }) => tick)]);
  const without = promised.filter((tick) => !known.has(tick));
  return without.length === 0
    ? []
    : [
        `${without.length} of ${promised.length} ticks have no run: ${without.slice(0, 3).map(iso).join(', ')}`,
      ];
}

function checkOnce(evidence: TimeEvidence, number: number): string[] {
  const address = scheduleAddress('default', 'calendar', number);
  const trigger = evidence.times.calendar.triggers?.[number];
  const wanted = trigger?.kind === 'at' ? trigger.atMs : 0;
  const ticks = startedBy(evidence, address).map(({ tick }) => tick);
  return ticks.length === 1 && ticks[0] === wanted
    ? []
    : [`at ${iso(wanted)} was started as [${ticks.map(iso).join(', ')}]`];
}

/** The first definition's ticks until it was changed, the third's from then on; in between those of either. */
function* checkMoving(evidence: TimeEvidence): Generator<string> {
  const { promises, times, views } = evidence;
  const address = scheduleAddress('default', 'moving', 0);
  const view = views.find((one) => one.address === address);
  if (!view) return yield `${address} is not there`;
  const [first, third] = [times.moving.first, times.moving.third].map((plan) => specOf(plan.triggers?.[0]));
  if (!first || !third) return;
  const { movesAt, changeAskedAt, changedAt, wentBack } = promises;
  const say = (what: string) => `${address}, changed ${iso(changeAskedAt)} to ${iso(changedAt)}: ${what}`;
  const started = startedBy(evidence, address);
  for (const [i, { tick, header }] of started.entries()) {
    if (started[i - 1]?.tick === tick) yield say(`${iso(tick)} has two runs`);
    const fits = (spec: TickSpec) => referenceTicks(spec, tick, tick + 1).length > 0;
    if (tick < changeAskedAt && !fits(first)) yield say(`${iso(tick)} is no tick of the first definition`);
    if (tick > changedAt && !fits(third)) yield say(`${iso(tick)} is no tick of the third definition`);
    if (tick > changedAt && header.plan !== times.moving.third.hash)
      yield say(`${iso(tick)} runs an old version`);
    if (!fits(first) && !fits(third)) yield say(`${iso(tick)} is no tick`);
  }
  const until = Math.max(view.state.cursor + 1, (view.state.paused?.at ?? 0) - LATEST_MS);
  yield* missing(
    referenceTicks(first, Math.ceil(movesAt), Math.min(changeAskedAt, until)),
    started,
    view,
  ).map(say);
  yield* missing(referenceTicks(third, Math.ceil(changedAt), until), started, view).map(say);
  const { trigger } = view.spec;
  const isQueue = trigger.kind === 'every' && trigger.overlap === 'queue';
  if (isQueue && !wentBack && atOnce(started) > 1) yield say(`${atOnce(started)} runs at once`);
}

function specOf(
  trigger: NonNullable<Times['calendar']['triggers']>[number] | undefined,
): TickSpec | undefined {
  return trigger?.kind === 'every' ? { kind: 'every', everyMs: trigger.everyMs } : undefined;
}

function checkBackfills(evidence: TimeEvidence, view: ScheduleView): string[] {
  const { headers, promises } = evidence;
  const { trigger } = view.spec;
  if (trigger.kind === 'after') return [];
  return view.backfills.flatMap((backfill) => {
    const { id, from, to, rerun, status, maxParallel, ended } = backfill;
    const say = (what: string) =>
      `backfill ${id} of ${view.address}, ${iso(from)} to ${iso(to)}, ${maxParallel} at once: ${what}`;
    const wanted = referenceTicks(tickSpec(trigger), from, to);
    const own = headers.filter((one) => one.trigger['backfill'] === id);
    const there = new Set(
      (rerun ? own : startedBy(evidence, view.address).map(({ header }) => header)).map(tickOf),
    );
    const without = wanted.filter((tick) => !there.has(tick));
    const found: string[] = [];
    if (status !== 'done') found.push(`it is ${status}, with ${backfill.active.length} runs`);
    if (without.length > 0) found.push(`${without.length} of ${wanted.length} have no run`);
    if (promises.wentBack) return found.map(say);
    if (rerun && own.length !== wanted.length) found.push(`${own.length} runs for ${wanted.length} times`);
    if (ended.succeeded !== wanted.length)
      found.push(`${ended.succeeded} of ${wanted.length} have ended for it`);
    const most = atOnce(own.map((header) => ({ header, tick: 0 })));
    if (most > maxParallel) found.push(`${most} runs at once`);
    return found.map(say);
  });
}

/** What was asked for and answered is there. */
function checkAsked({ views, promises }: TimeEvidence): string[] {
  return promises.backfills.flatMap(({ workflow, number, from, to, rerun }) => {
    const view = views.find((one) => one.workflow === workflow && one.number === number);
    const isThere = view?.backfills.some((one) => one.from === from && one.to === to && one.rerun === rerun);
    return isThere || promises.wentBack ? [] : [`a backfill of ${workflow} from ${iso(from)} is not there`];
  });
}

function* checkWindows({ headers, times, promises }: TimeEvidence): Generator<string> {
  const after = times.digest.triggers?.[0];
  const spec = specOf(times.beat.triggers?.[0]);
  if (after?.kind !== 'after' || after.windowMs === undefined || !spec) return;
  const { windowMs } = after;
  const succeeded = new Set(
    headers.filter((one) => one.workflow === 'beat' && one.status === 'succeeded').map(tickOf),
  );
  const starts = new Set(
    [...succeeded].map(
      (tick) => referenceTicks({ kind: 'every', everyMs: windowMs }, tick - windowMs + 1, tick + 1)[0] ?? 0,
    ),
  );
  const complete = [...starts].filter((start) =>
    referenceTicks(spec, start, start + windowMs).every((tick) => succeeded.has(tick)),
  );
  const followed = headers
    .filter(({ workflow }) => workflow === 'digest')
    .map(({ trigger }) => Date.parse(String((trigger['interval'] as { start?: string } | undefined)?.start)));
  const once = new Set(followed);
  if (once.size < followed.length) yield 'a window was followed twice';
  const without = complete.filter((start) => !once.has(start));
  if (without.length > 0) yield `${without.length} of ${complete.length} windows were not followed`;
  const strange = followed.filter((start) => !complete.includes(start));
  if (strange.length > 0 && !promises.wentBack)
    yield `${strange.length} windows were followed before they were complete`;
}

function atOnce(started: readonly Started[]): number {
  const spans = started.map(({ header }) => ({
    from: header.createdAt,
    to: isRunEnded(header.status) ? (header.finishedAt ?? 0) : Number.POSITIVE_INFINITY,
  }));
  return Math.max(
    0,
    ...spans.map(({ from }) => spans.filter((one) => one.from <= from && from < one.to).length),
  );
}

function tickOf({ trigger }: RunHeader): number {
  return Date.parse(String(trigger['logical_time']));
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : String(ms);
}
