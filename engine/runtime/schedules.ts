/** Schedules for people: which there are, when they run next, pausing, resuming and backfilling them. */
import { SluiceError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import {
  BACKFILL,
  type Backfill,
  parseScheduleAddress,
  type ScheduleSpec,
  type ScheduleState,
  SPEC,
  STATE,
  scheduleAddress,
  tickSpec,
} from '../core/schedule/document.ts';
import { nextTick } from '../core/schedule/tick.ts';
import type { ClientStore } from '../ports/shard-store.ts';
import { byActor, readAllActors } from './client/all-actors.ts';
import { askActor } from './client/ask-actor.ts';

export interface ScheduleView {
  readonly address: string;
  readonly namespace: string;
  readonly workflow: string;
  /** Number of the trigger in the workflow, from 0. */
  readonly number: number;
  readonly spec: ScheduleSpec;
  readonly state: ScheduleState;
  /** Newest first. */
  readonly backfills: readonly Backfill[];
}

export interface SchedulesOptions {
  readonly store: ClientStore;
  readonly shards: number;
  readonly newRequestId: () => string;
  /** How long an answer may take, ms; 0: do not wait for it. */
  readonly waitMs: number;
}

/** A schedule by its workflow; the number is needed where that has several. */
export interface ScheduleName {
  readonly namespace: string;
  readonly workflow: string;
  readonly number?: number;
}

export interface BackfillRequest {
  /** Ticks from `from` (included) to `to` (excluded), ms. */
  readonly from: number;
  readonly to: number;
  /** Runs at once, 1 to 100. */
  readonly maxParallel: number;
  /** Run again, as new runs, what has run before. */
  readonly rerun: boolean;
}

export class Schedules {
  readonly #options: SchedulesOptions;

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  /** All schedules, by namespace, workflow and number. */
  async list(prefix = 'schedule/'): Promise<ScheduleView[]> {
    const { store, shards } = this.#options;
    const documents = byActor(await readAllActors(store, shards, prefix));
    return [...documents].flatMap(([address, fields]) => viewOf(address, fields) ?? []).sort(byPlace);
  }

  /** @throws SluiceError schedule_not_found, also when it is not clear which is meant */
  async find({ namespace, workflow, number }: ScheduleName): Promise<ScheduleView> {
    const all = await this.list(scheduleAddress(namespace, workflow, 0).replace(/0$/, ''));
    const wanted = number === undefined ? all : all.filter((one) => one.number === number);
    const [only] = wanted;
    if (only && wanted.length === 1) return only;
    const numbers = all.map((one) => one.number);
    throw new SluiceError('schedule_not_found', explainMissing({ namespace, workflow }, numbers, number));
  }

  /** @throws SluiceError schedule_not_found, no_answer */
  async pause(schedule: ScheduleView, reason?: string): Promise<void> {
    await this.#ask(schedule.address, 'pause', reason === undefined ? {} : { reason });
  }

  /** Makes up for what was left out, as `catchup` says. @throws SluiceError schedule_not_found, no_answer */
  async resume(schedule: ScheduleView): Promise<void> {
    await this.#ask(schedule.address, 'resume', {});
  }

  /** Answers the backfill's id. @throws SluiceError schedule_not_found, not_possible, no_answer */
  async backfill(schedule: ScheduleView, request: BackfillRequest): Promise<string> {
    const id = this.#options.newRequestId();
    const { from, to, maxParallel, rerun } = request;
    await this.#ask(schedule.address, 'backfill', { id, from, to, max_parallel: maxParallel, rerun });
    return id;
  }

  /** @throws SluiceError schedule_not_found, no_answer */
  async cancelBackfill(schedule: ScheduleView, id: string): Promise<void> {
    await this.#ask(schedule.address, 'backfill_cancel', { id });
  }

  async #ask(to: string, name: string, body: { readonly [field: string]: Json }): Promise<void> {
    const { store, newRequestId, waitMs } = this.#options;
    await askActor(store, { type: 'actor', to, name, body, request: newRequestId() }, waitMs);
  }
}

/** The next ticks that it will start runs for, ms; none while it is paused, or for one that follows a workflow. */
export function nextTicks({ spec, state }: ScheduleView, now: number, count: number): number[] {
  const { trigger } = spec;
  if (trigger.kind === 'after' || state.paused) return [];
  const ticks: number[] = [];
  let tick = nextTick(tickSpec(trigger), Math.max(now, state.cursor));
  while (tick !== undefined && ticks.length < count) {
    ticks.push(tick);
    tick = nextTick(tickSpec(trigger), tick);
  }
  return ticks;
}

function viewOf(address: string, fields: ReadonlyMap<string, Json>): ScheduleView | undefined {
  const [spec, state] = [fields.get(SPEC), fields.get(STATE)];
  if (spec === undefined || state === undefined) return undefined;
  const { namespace, workflow, trigger } = parseScheduleAddress(address);
  // Documents that the schedule itself wrote.
  const backfills = [...fields]
    .filter(([field]) => field.startsWith(BACKFILL))
    .map(([, value]) => value as unknown as Backfill)
    .sort((a, b) => b.createdAt - a.createdAt);
  return {
    address,
    namespace,
    workflow,
    number: trigger,
    spec: spec as unknown as ScheduleSpec,
    state: state as unknown as ScheduleState,
    backfills,
  };
}

function byPlace(a: ScheduleView, b: ScheduleView): number {
  const [left, right] = [`${a.namespace}/${a.workflow}`, `${b.namespace}/${b.workflow}`];
  return left === right ? a.number - b.number : left < right ? -1 : 1;
}

/** Why no schedule was found, of a workflow that has those of these numbers. */
export function explainMissing(
  { namespace, workflow }: ScheduleName,
  all: readonly number[],
  number?: number,
): string {
  const numbers = all.join(', ');
  if (all.length === 0)
    return `The workflow ${workflow} of the namespace ${namespace} has no schedule; \`sluice schedules\` lists all, and \`sluice apply\` sets those of a file.`;
  if (number !== undefined)
    return `The workflow ${workflow} has no trigger ${number} that is a schedule; it has ${numbers}.`;
  return `The workflow ${workflow} has several schedules: ${numbers}. Say which with --trigger.`;
}
