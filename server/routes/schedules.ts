/** Schedules and backfills. */

import { meantDuration, parseDuration } from '../../engine/core/duration.ts';
import { parseCron } from '../../engine/core/schedule/cron.ts';
import { tickSpec } from '../../engine/core/schedule/document.ts';
import { nextTick, type TickSpec, ticksBetween } from '../../engine/core/schedule/tick.ts';
import { isTimeZone } from '../../engine/core/schedule/zone.ts';
import { nextTicks, type ScheduleView } from '../../engine/runtime/schedules.ts';
import {
  cancelBackfill,
  getSchedule,
  listSchedules,
  pauseSchedule,
  previewSchedule,
  resumeSchedule,
  startBackfill,
} from '../operations/operating.ts';
import type { ServerParts } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { route } from '../route.ts';
import { scheduleLineOf } from '../schedule-line.ts';

/** Times that are counted, and shown, of a backfill. */
const COUNTED = 100_000;
const SHOWN = 100;

export const scheduleRoutes = [
  route(listSchedules)(async ({ params }, { schedules, store }) => {
    const now = await store.now();
    const all = await schedules.list(`schedule/${params.namespace}/`);
    const own = all.filter(({ namespace }) => namespace === params.namespace);
    return { body: { format: 1, schedules: own.map((one) => scheduleLineOf(one, now)) } };
  }),

  route(getSchedule)(async ({ params, query }, parts) => {
    const found = await find(parts, params);
    const now = await parts.store.now();
    const next = nextTicks(found, now, query.count).map(iso);
    return { body: { format: 1, schedule: scheduleLineOf(found, now), next } };
  }),

  route(previewSchedule)(async ({ query }, { store }) => {
    const spec = specOf(query);
    const next: string[] = [];
    let tick = nextTick(spec, await store.now());
    while (tick !== undefined && next.length < query.count) {
      next.push(iso(tick));
      tick = nextTick(spec, tick);
    }
    return { body: { format: 1, next } };
  }),

  route(pauseSchedule)(async ({ params, body = {} }, parts) => {
    await parts.schedules.pause(await find(parts, params), body.reason);
    return { body: { format: 1 } };
  }),

  route(resumeSchedule)(async ({ params }, parts) => {
    await parts.schedules.resume(await find(parts, params));
    return { body: { format: 1 } };
  }),

  route(startBackfill)(async ({ params, body }, parts) => {
    const found = await find(parts, params);
    const from = Date.parse(body.from);
    const to = body.to === undefined ? await parts.store.now() : Date.parse(body.to);
    const ticks = ticksOf(found, from, to);
    const isNothing = body.dry_run === true || ticks.length === 0;
    const { max_parallel: maxParallel = 1, rerun = false } = body;
    const id = isNothing ? null : await parts.schedules.backfill(found, { from, to, maxParallel, rerun });
    return { body: { format: 1, id, count: ticks.length, times: ticks.slice(0, SHOWN).map(iso) } };
  }),

  route(cancelBackfill)(async ({ params }, parts) => {
    await parts.schedules.cancelBackfill(await find(parts, params), params.backfill);
    return { body: { format: 1 } };
  }),
];

interface Written {
  readonly cron?: string | undefined;
  readonly timezone: string;
  readonly every?: string | undefined;
}

function specOf({ cron, timezone, every }: Written): TickSpec {
  if ((cron === undefined) === (every === undefined))
    throw refused('/query/cron', 'is needed, or `every`; not both');
  if (every !== undefined) {
    const everyMs = parseDuration(every);
    if (everyMs === undefined || everyMs < 1_000)
      throw refused(
        '/query/every',
        `must be a duration of a second or more, such as 90s, 6h or 1d${meantBy(every)}`,
      );
    return { kind: 'every', everyMs };
  }
  const reading = parseCron(cron ?? '');
  if ('problem' in reading) throw refused('/query/cron', `${reading.problem}${meantBy(cron ?? '')}`);
  if (!isTimeZone(timezone))
    throw refused('/query/timezone', 'must be a time zone such as Europe/Berlin or UTC');
  return { kind: 'cron', cron: cron ?? '', timezone };
}

/** Who writes `every minute` means an interval. */
function meantBy(text: string): string {
  const meant = meantDuration(text);
  return meant === undefined ? '' : `; as an interval it is written ${meant}`;
}

interface NamedSchedule {
  readonly namespace: string;
  readonly workflow: string;
  readonly trigger: number;
}

function find(
  { schedules }: ServerParts,
  { namespace, workflow, trigger }: NamedSchedule,
): Promise<ScheduleView> {
  return schedules.find({ namespace, workflow, number: trigger });
}

function ticksOf({ spec: { trigger } }: ScheduleView, from: number, to: number): readonly number[] {
  if (trigger.kind === 'after')
    throw refused(
      '/path/trigger',
      `follows ${trigger.workflow} and has no times of its own; backfill that workflow`,
    );
  if (to <= from) throw refused('/body/to', 'must be later than `from`');
  return ticksBetween(tickSpec(trigger), from, to, COUNTED);
}

function refused(pointer: string, detail: string): RequestFailure {
  return new RequestFailure('invalid_request', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
