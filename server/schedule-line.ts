/** A schedule as the public contract has it. */
import { nextTicks, type ScheduleView } from '../engine/runtime/schedules.ts';

const iso = (ms: number) => new Date(ms).toISOString();

export function scheduleLineOf(one: ScheduleView, now: number) {
  const { spec, state } = one;
  const { inputs: _inputs, ...trigger } = spec.trigger;
  const [next] = nextTicks(one, now, 1);
  return {
    namespace: one.namespace,
    workflow: one.workflow,
    trigger: one.number,
    ...trigger,
    version: spec.version,
    next: next === undefined ? null : iso(next),
    last: state.last === undefined ? null : { logical_time: iso(state.last.tick), run: state.last.run },
    paused:
      state.paused === undefined ? null : { at: iso(state.paused.at), reason: state.paused.reason ?? null },
    started: state.started,
    skipped: state.skipped,
    waiting: state.queue.map(iso),
    active: state.active.map(({ run, tick }) => ({ run, logical_time: iso(tick) })),
    missed: state.missed === undefined ? null : { from: iso(state.missed.from), to: iso(state.missed.to) },
    problem:
      state.problem === undefined
        ? null
        : { logical_time: iso(state.problem.tick), message: state.problem.message },
    backfills: one.backfills.map((backfill) => ({
      id: backfill.id,
      status: backfill.status,
      from: iso(backfill.from),
      to: iso(backfill.to),
      started: backfill.started,
      running: backfill.active.length,
      ...backfill.ended,
    })),
  };
}
