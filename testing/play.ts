/** Plays a scenario to its end: the end of the run, or the moment from which nothing more would ever happen. */
import { SluiceError } from '../engine/core/errors.ts';
import { resolveInputs } from '../engine/core/inputs.ts';
import type { InboxMessage } from '../engine/core/message.ts';
import { isRunEnded } from '../engine/core/node-state.ts';
import { type Plan, sealPlan } from '../engine/core/plan.ts';
import type { EventView, RunView } from '../engine/runtime/client/run-view.ts';
import type { Happening, Scenario, TimedHappening } from './scenario.ts';
import { Stage } from './stage.ts';
import type { StubCall } from './stub.ts';

/** 2026-01-01T00:00:00Z. */
export const DEFAULT_NOW_MS = Date.UTC(2026, 0, 1);
/** Virtual time after which a run that still goes on is given up, ms. */
const HORIZON_MS = 400 * 86_400_000;
/** Moments in a row at which time passes and nothing happens to the run. */
const MAX_IDLE_MOMENTS = 1_000;

/** Something that went wrong with the test itself, not with what it expects. */
export interface Trouble {
  readonly kind: 'missing_stub' | 'refused' | 'stuck' | 'defect';
  readonly message: string;
  /** Of `refused`: which entry of the timeline. */
  readonly index?: number;
}

export interface Played {
  readonly run: RunView;
  readonly events: readonly EventView[];
  /** What every attempt of a stubbed task was given, in the order of their starts. */
  readonly calls: readonly StubCall[];
  /** Virtual time from the start to the end, ms. */
  readonly durationMs: number;
  readonly troubles: readonly Trouble[];
}

/** @throws SluiceError invalid_input */
export async function play(scenario: Scenario): Promise<Played> {
  const plan = withStubbedChildren(scenario);
  const stage = new Stage({
    startMs: scenario.nowMs ?? DEFAULT_NOW_MS,
    stubs: scenario.stubs,
    secrets: scenario.secrets,
    executors: scenario.executors,
    plans: [plan, ...(scenario.linked ?? [])],
  });
  try {
    await stage.open();
    return await new Performance(stage, scenario, plan).play();
  } finally {
    await stage.close();
  }
}

/** A sub-workflow with a stub of its own is not started: its task becomes one like any other. `*` stands for work only. */
function withStubbedChildren({ plan, stubs }: Scenario): Plan {
  const named = new Set(Object.keys(stubs).map((key) => key.replace(/\[\d+\]$/, '')));
  const isStubbed = (id: string) => named.has(id) || named.has(`${plan.name}/${id}`);
  if (!plan.tasks.some((task) => task.child !== undefined && isStubbed(task.id))) return plan;
  const { hash: _hash, ...rest } = plan;
  const tasks = plan.tasks.map((task) => {
    if (task.child === undefined || !isStubbed(task.id)) return task;
    const { child, ...own } = task;
    return { ...own, action: { uses: 'workflow', with: child.inputs } };
  });
  return sealPlan({ ...rest, tasks });
}

class Performance {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #plan: Plan;
  readonly #troubles: Trouble[] = [];
  #run = '';
  #startedMs = 0;

  constructor(stage: Stage, scenario: Scenario, plan: Plan) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#plan = plan;
  }

  async play(): Promise<Played> {
    const { client, clock, work, defects } = this.#stage;
    this.#startedMs = clock.now();
    this.#run = await this.#start();
    await this.#toTheEnd();
    const [run, events] = await Promise.all([client.show(this.#run), client.events(this.#run)]);
    for (const name of work.missing) this.#troubles.push({ kind: 'missing_stub', message: name });
    for (const message of defects) this.#troubles.push({ kind: 'defect', message });
    const durationMs =
      (run.finished_at === null ? clock.now() : Date.parse(run.finished_at)) - this.#startedMs;
    return { run, events, calls: work.calls, durationMs, troubles: this.#troubles };
  }

  async #start(): Promise<string> {
    const { inputs = {}, trigger, source, linked = [] } = this.#scenario;
    const plan = this.#plan;
    const resolved = resolveInputs(plan.inputs, inputs);
    if ('problems' in resolved) {
      const list = resolved.problems.map(({ path, message }) => `${path} ${message}`).join('; ');
      throw new SluiceError('invalid_input', `the inputs do not fit the workflow ${plan.name}: ${list}`);
    }
    const { run } = await this.#stage.client.start(plan, {
      inputs: resolved.inputs,
      linked,
      ...(trigger === undefined ? {} : { trigger }),
      ...(source === undefined ? {} : { source }),
    });
    return run;
  }

  async #toTheEnd(): Promise<void> {
    const { clock, client, work } = this.#stage;
    const waiting = [...(this.#scenario.timeline ?? [])].map((one, index) => ({ ...one, index }));
    waiting.sort((a, b) => a.atMs - b.atMs);
    let seq = 0;
    let idle = 0;
    for (;;) {
      await this.#stage.drain();
      if (this.#scenario.signal?.aborted)
        return void this.#troubles.push({
          kind: 'stuck',
          message: 'the tests took longer than they may here',
        });
      const header = await client.header(this.#run);
      if (isRunEnded(header.status) || work.missing.size > 0 || this.#stage.defects.length > 0) return;
      idle = header.seq === seq ? idle + 1 : 0;
      seq = header.seq;
      const next = await this.#next(waiting[0]);
      if (next === undefined || (idle > MAX_IDLE_MOMENTS && waiting.length === 0)) return this.#noteStuck();
      if (next > this.#startedMs + HORIZON_MS) return this.#noteStuck();
      clock.moveTo(next);
      while (waiting[0] !== undefined && this.#startedMs + waiting[0].atMs <= clock.now()) {
        const due = waiting.shift();
        if (due) await this.#happen(due.what, due.index);
      }
    }
  }

  /** The next moment: something is due within the engine, or happens from outside. */
  async #next(happening: TimedHappening | undefined): Promise<number | undefined> {
    const times = [
      await this.#stage.nextAt(),
      happening === undefined ? undefined : this.#startedMs + happening.atMs,
    ];
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #noteStuck(): void {
    const days = Math.floor((this.#stage.clock.now() - this.#startedMs) / 86_400_000);
    const message =
      days > 300
        ? `the run still goes on after ${days} days of virtual time`
        : 'the run has not ended, and nothing more would happen';
    this.#troubles.push({ kind: 'stuck', message });
  }

  async #happen(what: Happening, index: number): Promise<void> {
    const { store } = this.#stage;
    const request = `test-${index}`;
    await store.send([messageOf(what, this.#run, request)]);
    await this.#stage.drain();
    const answer = await store.readAnswer(this.#run, request, 0);
    if (answer?.ok === false) this.#troubles.push({ kind: 'refused', message: answer.message, index });
  }
}

function messageOf(what: Happening, run: string, request: string): InboxMessage {
  const said = (key: 'by' | 'comment' | 'reason' | 'form') =>
    key in what ? { [key]: (what as { readonly [key: string]: unknown })[key] } : {};
  if ('signal' in what)
    return { type: 'signal', run, request, name: what.signal, payload: what.payload ?? null, ...said('by') };
  if ('approve' in what || 'reject' in what) {
    const [node, decision] =
      'approve' in what ? ([what.approve, 'approved'] as const) : ([what.reject, 'rejected'] as const);
    const details = { ...said('form'), ...said('comment'), ...said('by') };
    return { type: 'approval', run, request, node, decision, ...details };
  }
  if ('cancel' in what) return { type: 'cancel', run, request, graceMs: 1_000, ...said('reason') };
  if ('pause' in what) return { type: 'pause', run, request, ...said('reason') };
  return { type: 'resume', run, request };
}
