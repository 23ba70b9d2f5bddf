/** A schedule as the public contract has it. */
import type { AfterTrigger, ScheduleTrigger } from '../engine/core/schedule/document.ts';
import { nextTicks, type ScheduleView } from '../engine/runtime/schedules.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** What a trigger says, without the inputs of its runs. The workflow that it follows stands under `after`: the line has its own. */
export type TriggerLine = LineOf<ScheduleTrigger>;
type LineOf<Trigger> = Trigger extends AfterTrigger
  ? Omit<AfterTrigger, 'inputs' | 'namespace' | 'workflow'> & { readonly after: Followed }
  : Trigger extends ScheduleTrigger
    ? Omit<Trigger, 'inputs'>
    : never;
type Followed = Pick<AfterTrigger, 'namespace' | 'workflow'>;

export type ScheduleLine = TriggerLine & ReturnType<typeof scheduleStateOf>;

export function scheduleLineOf(one: ScheduleView, now: number): ScheduleLine {
  const { namespace, workflow, trigger: number, ...rest } = scheduleStateOf(one, now);
  return { namespace, workflow, trigger: number, ...triggerLineOf(one.spec.trigger), ...rest };
}

export function triggerLineOf(trigger: ScheduleTrigger): TriggerLine {
  if (trigger.kind === 'after') {
    const { namespace, workflow, inputs: _inputs, ...own } = trigger;
    return { ...own, after: { namespace, workflow } };
  }
  const { inputs: _inputs, ...own } = trigger;
  return own;
}

function scheduleStateOf(one: ScheduleView, now: number) {
  const { spec, state } = one;
  const [next] = nextTicks(one, now, 1);
  return {
    namespace: one.namespace,
    workflow: one.workflow,
    trigger: one.number,
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
