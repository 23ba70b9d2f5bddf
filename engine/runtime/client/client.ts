/** The client: what people and programs ask of the engine. Start, cancel, look, wait. */
import { SluiceError } from '../../core/errors.ts';
import { type EventRecord, unpackEvents } from '../../core/event.ts';
import { NOTHING_LEARNED } from '../../core/forecast/index.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { OutputsRef } from '../../core/large-outputs.ts';
import type { Answer, Asked, RunMessage } from '../../core/message.ts';
import { isRunEnded } from '../../core/node-state.ts';
import type { Plan } from '../../core/plan.ts';
import { learnedFrom } from '../../core/progress/run-sample.ts';
import type { RunHeader } from '../../core/run-header.ts';
import { isRunId, shardOf } from '../../core/run-id.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { ClientStore, StoredRun } from '../../ports/shard-store.ts';
import type { OutputStore } from '../files/output-store.ts';
import { askOwner } from './ask-owner.ts';
import { findStarted } from './find-workflow.ts';
import type { FindWorkflow } from './pins.ts';
import { PlanCache } from './plan-cache.ts';
import { RunPast } from './run-past.ts';
import {
  type EventView,
  type Known,
  type RunView,
  recordsOf,
  type StoredStates,
  viewEvent,
  viewRunWithPast,
} from './run-view.ts';
import { findKeyed, type Started, type StartOptions, startRun } from './start-run.ts';
import { runOutputs, withWholeOutputs } from './whole-outputs.ts';

export interface ClientOptions {
  readonly store: ClientStore;
  readonly index: RunIndex;
  readonly shards: number;
  readonly clock: Clock;
  /** 10 random bytes for a new run id. */
  readonly random: () => Uint8Array;
  /** Where large outputs are. Absent: there are none. */
  readonly outputs?: Pick<OutputStore, 'get'>;
  /** Where sub-workflows are found by name. Default: what was started before. */
  readonly findWorkflow?: FindWorkflow;
}

/** Entries of the history read at once. */
const PAGE = 500;
/** One wait for progress, ms. */
const WAIT_MS = 1_000;

export class Client {
  /** The newest version that is stored under a name. */
  readonly findWorkflow: FindWorkflow;
  readonly #options: ClientOptions;
  readonly #plans = new PlanCache();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.findWorkflow = options.findWorkflow ?? findStarted(options.index);
  }

  /**
   * Starts a run. Answers once it is durable in Redis.
   * @throws SluiceError idempotency_conflict, overloaded (with `details.retryAfterMs`), workflow_not_found (a sub-workflow),
   * redis_unreachable, redis_refused
   */
  start(plan: Plan, options: StartOptions = {}): Promise<Started> {
    const find = options.findWorkflow ?? this.findWorkflow;
    return startRun(this.#options, plan, { ...options, findWorkflow: find });
  }

  /**
   * The run that an earlier start under the key has made; undefined when there is none.
   * @throws SluiceError idempotency_conflict when something else was asked for then
   */
  findKeyed(plan: Pick<Plan, 'namespace' | 'name'>, key: string, asked: Json): Promise<string | undefined> {
    return findKeyed(this.#options.store, plan, { key, asked });
  }

  /**
   * Asks a run to end. What has succeeded stays. Does not wait for the end: see `wait`.
   * @throws SluiceError run_not_found, no_answer, not_possible (it has ended)
   */
  async cancel(
    run: string,
    options: { readonly reason?: string; readonly by?: string; readonly graceMs?: number } = {},
  ): Promise<void> {
    const { graceMs = 10_000, ...said } = options;
    await this.request({ type: 'cancel', run, graceMs, ...said });
  }

  /**
   * Asks a run for something and waits for its owner's answer, which comes once it has taken effect and is durable.
   * With a `request` id of its own the message may be sent again: it takes effect once, and is answered alike.
   * @throws SluiceError with the code of the refusal; no_answer when no orchestrator answered within `waitMs`
   */
  async request(message: RunMessage & Asked, waitMs?: number): Promise<Answer & { ok: true }> {
    await this.header(message.run);
    const request = message.request ?? Buffer.from(this.#options.random()).toString('hex');
    return askOwner(this.#options.store, { ...message, request }, waitMs);
  }

  /** @throws SluiceError run_not_found */
  async header(run: string): Promise<RunHeader> {
    const header = isRunId(run) ? await this.#options.store.readHeader(run) : undefined;
    if (!header) throw notFound(run);
    return header;
  }

  /** The outputs of a run, also large ones. @throws SluiceError invalid_record when they are not in the store */
  outputsOf(header: RunHeader): Promise<JsonObject> {
    return runOutputs(header, this.#options.outputs);
  }

  /** Large outputs by their references; undefined when they are not in the store. */
  async readOutputs(ref: OutputsRef): Promise<JsonObject | undefined> {
    return this.#options.outputs?.get(ref);
  }

  /**
   * The run with all its nodes.
   * @param past what is known of its history already; it is read on
   * @throws SluiceError run_not_found
   */
  async show(run: string, past = new RunPast()): Promise<RunView> {
    const { stored, plan } = await this.load(run);
    await this.readPast(run, past);
    return viewRunWithPast(await this.whole(stored), plan, { past, ...(await this.known(stored.header)) });
  }

  /** What helps to say how far a run is. Nothing is asked for one that has ended. */
  async known({ namespace, workflow, status }: RunHeader): Promise<Known> {
    const now = this.#options.clock.now();
    if (isRunEnded(status)) return { now, learned: NOTHING_LEARNED };
    return { now, learned: learnedFrom(await this.#options.index.taught(namespace, workflow)) };
  }

  /** With large outputs in their places. @throws SluiceError invalid_record when they are not in the store */
  whole(stored: StoredRun): Promise<StoredRun> {
    return withWholeOutputs(stored, this.#options.outputs);
  }

  /** Reads what has come since into `past`. */
  async readPast(run: string, past: RunPast): Promise<void> {
    for await (const events of this.#eventsAfter(run, past.seq)) past.add(events);
  }

  /** The history in `seq` order. @throws SluiceError run_not_found */
  async events(run: string): Promise<EventView[]> {
    const { stored, plan } = await this.loadStates(run);
    const records = recordsOf(stored, plan);
    return (await this.#events(run)).map((event) => viewEvent(event, plan, records));
  }

  /** The history as it is stored, in `seq` order. */
  history(run: string): Promise<readonly EventRecord[]> {
    return this.#events(run);
  }

  /** State and plan of a run. @throws SluiceError run_not_found */
  async load(run: string): Promise<{ stored: StoredRun; plan: Plan }> {
    const stored = isRunId(run) ? await this.#options.store.loadRun(run) : undefined;
    if (!stored) throw notFound(run);
    return { stored, plan: await this.#planOf(stored.header) };
  }

  /**
   * State and plan without what nodes left behind: enough to say how they stand, and much less to read. The header is never newer than the
   * records. @throws SluiceError run_not_found
   */
  async loadStates(run: string): Promise<{ stored: StoredStates; plan: Plan }> {
    const header = await this.header(run);
    const [records, plan] = await Promise.all([
      this.#options.store.readRecords(run, header.nodes),
      this.#planOf(header),
    ]);
    return { stored: { header, records }, plan };
  }

  /** A plan as it stands beside the run: its own, or that of a sub-workflow. */
  readPlan(run: string, hash: string): Promise<Plan | undefined> {
    const { store, shards } = this.#options;
    return this.#plans.get(hash, () => store.loadPlan(shardOf(run, shards), hash));
  }

  async #planOf({ id, plan: hash }: Pick<RunHeader, 'id' | 'plan'>): Promise<Plan> {
    const plan = await this.readPlan(id, hash);
    if (plan) return plan;
    throw new SluiceError('invalid_record', `run ${id} has no plan ${hash} in this Redis`);
  }

  /** Events as they happen, from `after`, until the run has ended or the signal aborts. */
  async *follow(run: string, after = 0, signal?: AbortSignal): AsyncGenerator<EventRecord> {
    let seq = after;
    while (!signal?.aborted) {
      const batches = await this.#options.store.readEvents(run, seq, PAGE, 1_000, signal);
      const events = batches.flatMap(({ packed, first }) => unpackEvents(packed, first));
      // An end that was followed by a retry is not the end.
      const takenUp = events.findLast(({ type }) => type === 'run.retried')?.seq ?? 0;
      for (const event of events) {
        if (event.seq <= seq) continue;
        seq = event.seq;
        yield event;
        if (isEnd(event) && event.seq > takenUp && batches.length < PAGE) return;
      }
      if (batches.length === 0 && isRunEnded((await this.header(run)).status)) {
        const rest = await this.#options.store.readEvents(run, seq, 1, 0);
        if (rest.length === 0) return;
      }
    }
  }

  /** Resolves with the header once the run has ended. @throws SluiceError run_not_found */
  async wait(run: string, signal?: AbortSignal): Promise<RunHeader> {
    let header = await this.header(run);
    for (let seen = header.seq; !isRunEnded(header.status) && !signal?.aborted; ) {
      const progress = await this.#options.store.awaitProgress(run, seen, WAIT_MS, signal);
      if (!progress) throw notFound(run);
      header = progress.header;
      seen = progress.seq;
    }
    return header;
  }

  async #events(run: string): Promise<EventRecord[]> {
    const events: EventRecord[] = [];
    for await (const page of this.#eventsAfter(run, 0)) for (const event of page) events.push(event);
    return events;
  }

  async *#eventsAfter(run: string, seq: number): AsyncGenerator<readonly EventRecord[]> {
    for (let after = seq; ; ) {
      const batches = await this.#options.store.readEvents(run, after, PAGE, 0);
      const events = batches.flatMap(({ packed, first }) => unpackEvents(packed, first));
      yield events;
      if (batches.length < PAGE) return;
      after = events.at(-1)?.seq ?? after;
    }
  }
}

function isEnd({ type }: EventRecord): boolean {
  return type === 'run.succeeded' || type === 'run.failed' || type === 'run.cancelled';
}

export function createClient(options: ClientOptions): Client {
  return new Client(options);
}

function notFound(run: string): SluiceError {
  return new SluiceError(
    'run_not_found',
    `no run has the id "${run}"; \`sluice list\` shows the runs that there are`,
  );
}
