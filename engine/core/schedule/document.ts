/**
 * What a schedule remembers, as the documents of its actor (`schedule/<namespace>/<workflow>/<number of the trigger>`):
 * `spec`, what was applied; `state`, how far it has come; `backfill:<id>`, one a backfill; `window:<start>`, what has ended of
 * a window that is waited for; `answered`, the newest requests; `removed`, for a day where a schedule was. Documents are
 * never changed in place.
 */
import { type ActorAddress, actorAddress, actorParts } from '../actor.ts';
import type { Specs } from '../inputs.ts';
import type { PlanTrigger } from '../plan.ts';
import type { SourceRef } from '../ticket.ts';
import type { TickSpec } from './tick.ts';

/** Triggers that a schedule serves; webhooks and Kafka come from outside. */
export type ScheduleTrigger = Extract<PlanTrigger, { kind: 'cron' | 'every' | 'at' | 'after' }>;
export type TimeTrigger = Exclude<ScheduleTrigger, { kind: 'after' }>;
export type AfterTrigger = Extract<ScheduleTrigger, { kind: 'after' }>;

export interface ScheduleSpec {
  readonly format: 1;
  /** Of the definition that set it; an older one never replaces a newer. */
  readonly revision: number;
  readonly namespace: string;
  readonly workflow: string;
  /** Number and hash of the version that it starts. The plan is stored on the schedule's shard. */
  readonly version: number;
  readonly plan: string;
  readonly trigger: ScheduleTrigger;
  readonly inputs: Specs;
  readonly labels: { readonly [name: string]: string };
  readonly priority: number;
  readonly source?: SourceRef;
  readonly pins?: { readonly [workflow: string]: string };
  /** Files of the sub-workflows that it starts by name. */
  readonly sources?: { readonly [workflow: string]: SourceRef };
  /** For `after` with a window: when the workflow that it follows is scheduled. */
  readonly expects?: readonly TickSpec[];
}

/** A run that the schedule waits for. */
export interface ActiveRun {
  readonly run: string;
  /** Its logical time, ms. */
  readonly tick: number;
  /** Asked to end, since a newer one replaces it. */
  readonly replaced?: true;
}

export interface ScheduleState {
  /** All ticks up to here were taken up: started, queued, skipped or left out. ms. */
  readonly cursor: number;
  /** Taken up and not started, oldest first. */
  readonly queue: readonly number[];
  /** Runs whose end matters for what comes next; with `overlap: allow` only those that make up for missed ticks. */
  readonly active: readonly ActiveRun[];
  readonly paused?: { readonly at: number; readonly reason?: string };
  /** When the runs that are waited for are asked whether they have ended, ms. */
  readonly checkAt?: number;
  /** The newest start. */
  readonly last?: { readonly tick: number; readonly run: string };
  readonly started: number;
  /** Left out since another run was going on (`overlap: skip` and `replace`). */
  readonly skipped: number;
  /** The newest range of ticks that were missed and not made up for. */
  readonly missed?: { readonly from: number; readonly to: number };
  /** Why the newest tick that could not be started was not. */
  readonly problem?: { readonly tick: number; readonly message: string };
  /** When a pause was over: ticks before that were not missed. */
  readonly resumedAt?: number;
  /** Since when times pass at which nothing is started: an alert. */
  readonly missing?: { readonly since: number };
}

export type BackfillStatus = 'running' | 'done' | 'cancelled';

export interface Backfill {
  readonly id: string;
  readonly createdAt: number;
  /** Ticks from `from` (included) to `to` (excluded), ms. */
  readonly from: number;
  readonly to: number;
  /** All ticks up to here were started. */
  readonly cursor: number;
  readonly maxParallel: number;
  /** Run again what has run before, as new runs. */
  readonly rerun: boolean;
  readonly status: BackfillStatus;
  readonly active: readonly ActiveRun[];
  readonly started: number;
  readonly ended: { readonly succeeded: number; readonly failed: number; readonly cancelled: number };
}

export interface WindowDocument {
  readonly start: number;
  /** Logical times that have ended as wanted, as seconds from the start. */
  readonly ended: readonly number[];
  /** The run that the window has started. */
  readonly run?: string;
}

/** What stands where a schedule was: a `set` of this revision or an older one, should it come late, does not bring it back. */
export interface RemovedDocument {
  readonly revision: number;
}

export const SPEC = 'spec';
export const STATE = 'state';
export const BACKFILL = 'backfill:';
export const WINDOW = 'window:';
export const REMOVED = 'removed';
/** The newest requests with their answers: a request that comes again is answered alike and does nothing. */
export const ANSWERED = 'answered';

export function scheduleAddress(namespace: string, workflow: string, trigger: number): ActorAddress {
  return actorAddress('schedule', namespace, workflow, String(trigger));
}

export function parseScheduleAddress(address: string): {
  readonly namespace: string;
  readonly workflow: string;
  readonly trigger: number;
} {
  const [namespace = '', workflow = '', trigger = ''] = actorParts(address);
  return { namespace, workflow, trigger: Number(trigger) };
}

export function newScheduleState(now: number): ScheduleState {
  return { cursor: now, queue: [], active: [], started: 0, skipped: 0 };
}

/** What ticks follow from, without what else a trigger says. */
export function tickSpec(trigger: TimeTrigger): TickSpec {
  if (trigger.kind === 'cron') return { kind: 'cron', cron: trigger.cron, timezone: trigger.timezone };
  return trigger.kind === 'every'
    ? { kind: 'every', everyMs: trigger.everyMs }
    : { kind: 'at', atMs: trigger.atMs };
}

/** A time that comes once is made up for, and nothing overlaps with it. */
export function policyOf(trigger: TimeTrigger): {
  readonly catchup: 'none' | 'last' | 'all';
  readonly overlap: 'allow' | 'skip' | 'queue' | 'replace';
} {
  return trigger.kind === 'at' ? { catchup: 'last', overlap: 'allow' } : trigger;
}
