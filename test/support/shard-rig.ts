/**
 * One shard on its own: `decide` and its turns, with a store in plain Maps and time that stands until it is moved. Does what
 * the shard's owner and the workers do, step by step, and checks every commit on its way into the store.
 */
import type { Commit } from '../../engine/core/commit.ts';
import { decide, mayAbandon, type ShardFacts, settleTurn, Turn } from '../../engine/core/decide/index.ts';
import type { EngineActions } from '../../engine/core/engine-outcome.ts';
import type { TaskError } from '../../engine/core/errors.ts';
import type { EventRecord } from '../../engine/core/event.ts';
import { flightKey, formatFlight, parseFlight } from '../../engine/core/flight.ts';
import type { Json } from '../../engine/core/json.ts';
import {
  type Answer,
  type AttemptOutcome,
  type CancelMessage,
  type MarkMessage,
  type Message,
  type PauseMessage,
  parseTimerKey,
  type ResumeMessage,
  type RetryMessage,
  type SettledMessage,
} from '../../engine/core/message.ts';
import type { NodeRecord } from '../../engine/core/node-record.ts';
import type { NodeState } from '../../engine/core/node-state.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { Post } from '../../engine/core/post.ts';
import type { RunHeader } from '../../engine/core/run-header.ts';
import { isCurrent, type RunState } from '../../engine/core/run-state.ts';
import { adoptRun, dropRun, newShardState, type ShardState } from '../../engine/core/shard-state.ts';
import type { Ticket } from '../../engine/core/ticket.ts';
import {
  approvalExecutor,
  failExecutor,
  noopExecutor,
  switchExecutor,
  transformExecutor,
  waitExecutor,
} from '../../executors/index.ts';
import { RigStore } from './rig-store.ts';
import { aHeader, START_MS } from './run-builder.ts';

const ENGINE_EXECUTORS = [
  approvalExecutor(),
  failExecutor(),
  noopExecutor(),
  switchExecutor(),
  transformExecutor(),
  waitExecutor(),
];
export const ACTIONS: EngineActions = new Map(
  ENGINE_EXECUTORS.flatMap((one) => (one.place === 'engine' ? [[one.name, one.evaluate] as const] : [])),
);

type WithoutRun<T> = T extends unknown ? Omit<T, 'run' | 'request'> : never;
export type Asking = WithoutRun<CancelMessage | PauseMessage | ResumeMessage | RetryMessage | MarkMessage>;

export interface RigOptions {
  readonly inputs?: { readonly [name: string]: Json };
  /** Tickets that may be out in a queue. Default: no limit. */
  readonly window?: number;
  /** What the run takes over, and the run that it takes it from. */
  readonly reuse?: RunHeader['reuse'];
  readonly former?: RunState;
  /** Forget memory and load the run from the store before every turn, as a new owner would. */
  readonly forgetful?: boolean;
  /** What decisions may ask of the world. */
  readonly facts?: ShardFacts;
  /** Plans of sub-workflows. */
  readonly children?: readonly Plan[];
}

export class ShardRig {
  now = START_MS;
  shard: ShardState = newShardState(0, ACTIONS);
  readonly plan: Plan;
  readonly tickets: Ticket[] = [];
  conflicts = 0;
  #requests = 0;
  readonly #options: RigOptions;
  readonly #base: RunHeader;
  readonly #store = new RigStore();
  readonly #claimedAt = new Map<string, number>();

  constructor(plan: Plan, options: RigOptions = {}) {
    this.plan = plan;
    this.#options = options;
    const reuse = options.reuse ? { reuse: options.reuse } : {};
    this.#base = aHeader(plan, { inputs: options.inputs ?? {}, ...reuse });
    this.load();
  }

  get flights(): Map<string, string> {
    return this.#store.flights;
  }

  get timers(): ReadonlyMap<string, number> {
    return this.#store.timers;
  }

  get events(): readonly EventRecord[] {
    return this.#store.events;
  }

  get commits(): readonly Commit[] {
    return this.#store.commits;
  }

  /** Answers to requests, by request id. */
  get answers(): ReadonlyMap<string, Answer> {
    return this.#store.answers;
  }

  /** What was posted to other runs and actors, in order. */
  get posts(): readonly Post[] {
    return this.#store.posts;
  }

  get runId(): string {
    return this.#base.id;
  }

  /** The run in memory; of an ended one, what the store has of it. */
  get run(): RunState {
    return this.shard.runs.get(this.runId) ?? this.restore();
  }

  get header(): RunHeader {
    return this.run.header;
  }

  /** The run as the store has it. */
  restore(): RunState {
    return this.#store.restore(this.#base, this.plan);
  }

  /** Forgets the shard's memory and loads the run, as a new owner does. */
  load(): void {
    this.shard = newShardState(0, ACTIONS);
    const run = this.restore();
    for (const child of this.#options.children ?? []) run.children.set(child.hash, child);
    run.former = this.#options.former;
    adoptRun(this.shard, run, this.flights, this.now);
  }

  start(): this {
    this.deliver({ type: 'start', run: this.runId });
    return this;
  }

  /** Takes messages as one batch, decides and stores until nothing is left to do. */
  deliver(...messages: readonly Message[]): void {
    if (messages.some(mayAbandon)) this.refreshFlights();
    let pending = messages;
    // The owner loads the run that a message is for, also one that has ended.
    if (!this.shard.runs.has(this.runId)) this.load();
    for (let more = true; more; ) {
      if (this.#options.forgetful || !this.shard.runs.has(this.runId)) this.load();
      const turn = new Turn(this.shard, this.now, this.#options.facts);
      for (const message of pending) decide(turn, message);
      const left = settleTurn(turn, () => this.#options.window ?? Number.POSITIVE_INFINITY);
      if (turn.ended.length > 0) throw new Error('a turn finished before all ends were passed on');
      const { commit, tickets } = turn.finish(null);
      if (!this.#store.commit(commit)) {
        this.conflicts++;
        this.load();
        continue;
      }
      if (commit.runs.some(({ live }) => live === false)) dropRun(this.shard, this.runId);
      this.tickets.push(...tickets);
      pending = [];
      more = left;
    }
  }

  /** A worker claims the node's attempt. Its owner hears of it unless `silently`. */
  claim(node: string, { silently = false, deaths = 0 } = {}): void {
    const key = this.keyOf(node);
    const flight = parseFlight(this.flights.get(key) ?? 'd|0|0|');
    if (flight.state === 'd') throw new Error(`${node} has no flight to claim`);
    const delivery = flight.delivery + 1;
    this.flights.set(key, formatFlight({ state: 'c', delivery, deaths, session: 's1' }));
    this.#claimedAt.set(key, this.now);
    if (!silently)
      this.deliver({ type: 'started', ...this.nameOf(node), delivery, worker: 'w', at: this.now });
  }

  /** The outcome of the node's current attempt, as `settle` would append it. */
  outcome(node: string, outcome: AttemptOutcome): SettledMessage {
    const key = this.keyOf(node);
    const flight = parseFlight(this.flights.get(key) ?? 'd|0|0|');
    if (flight.state === 'd') throw new Error(`${node} has no flight to settle`);
    if (flight.state === 's') this.claim(node, { silently: true });
    const delivery = Math.max(1, flight.delivery);
    this.flights.set(key, formatFlight({ ...flight, state: 'd', delivery }));
    const startedAt = this.#claimedAt.get(key) ?? this.now;
    return { type: 'settled', ...this.nameOf(node), delivery, worker: 'w', startedAt, outcome };
  }

  succeed(node: string, outputs: { readonly [name: string]: Json } = {}): this {
    this.deliver(this.outcome(node, { status: 'succeeded', outputs }));
    return this;
  }

  fail(node: string, error: Partial<TaskError> = {}): this {
    this.deliver(this.outcome(node, failure(error)));
    return this;
  }

  cancel(graceMs = 1_000): this {
    this.deliver({ type: 'cancel', run: this.runId, graceMs });
    return this;
  }

  /** Asks for something and answers what the client is told. */
  ask(message: Asking): Answer | undefined {
    const request = `r${++this.#requests}`;
    this.deliver({ ...message, run: this.runId, request });
    return this.answerTo(request);
  }

  answerTo(request: string): Answer | undefined {
    const json = this.commits.flatMap(({ answers = [] }) => answers).findLast(([id]) => id === request)?.[1];
    return json === undefined ? undefined : (JSON.parse(json) as Answer);
  }

  /** Moves time on and takes each timer at the moment it is due. */
  wait(ms: number): this {
    const until = this.now + ms;
    for (let due = this.#nextTimer(until); due; due = this.#nextTimer(until)) {
      this.now = Math.max(this.now, due[1]);
      this.deliver(parseTimerKey(due[0]));
    }
    this.now = until;
    return this;
  }

  /** State of a task (`a`) or of a fan-out's node (`f[2]`), as the store has it. */
  state(node: string): NodeState {
    return this.restore().nodes[this.indexOf(node)]?.state ?? 'pending';
  }

  /** States of all tasks by id. */
  states(): { [task: string]: NodeState } {
    const { nodes } = this.restore();
    return Object.fromEntries(this.plan.tasks.map(({ id }, i) => [id, nodes[i]?.state ?? 'pending']));
  }

  /** States of a fan-out's nodes by item. */
  nodeStates(task: string): NodeState[] {
    const { nodes, plan } = this.restore();
    const index = this.#taskIndex(task);
    return nodes
      .filter((one, i) => i >= plan.tasks.length && one.task === index && isCurrent(nodes, one))
      .map(({ state }) => state);
  }

  /** What the node left: outputs and error. */
  left(node: string) {
    return this.restore().outputs.get(this.indexOf(node)) ?? {};
  }

  record(node: string): NodeRecord {
    const index = this.indexOf(node);
    if (index < 0) throw new Error(`there is no node ${node}`);
    return this.#store.record(index);
  }

  indexOf(node: string): number {
    const [, id = node, item] = /^(.+)\[(\d+)\]$/.exec(node) ?? [];
    const task = this.#taskIndex(id);
    if (item === undefined) return task;
    const { nodes, plan } = this.run;
    return nodes.findLastIndex(
      (one, i) => i >= plan.tasks.length && one.task === task && one.item === Number(item),
    );
  }

  nameOf(node: string) {
    const { attempt, generation } = this.record(node);
    return { run: this.runId, node: this.indexOf(node), generation, attempt };
  }

  keyOf(node: string): string {
    const { run, node: index, generation, attempt } = this.nameOf(node);
    return flightKey(run, index, generation, attempt);
  }

  /** Types of the events about a node, in order. */
  history(node: string): string[] {
    const index = this.indexOf(node);
    return this.events.filter((event) => event.node === index).map(({ type }) => type);
  }

  refreshFlights(): void {
    for (const [key, flight] of this.shard.flights) flight.value = this.flights.get(key) ?? flight.value;
  }

  #taskIndex(id: string): number {
    const index = this.plan.tasks.findIndex((task) => task.id === id);
    if (index < 0) throw new Error(`there is no task ${id}`);
    return index;
  }

  #nextTimer(until: number): [string, number] | undefined {
    return [...this.timers].filter(([, due]) => due <= until).sort((a, b) => a[1] - b[1])[0];
  }
}

export function failure(error: Partial<TaskError> = {}): AttemptOutcome {
  return { status: 'failed', error: { code: 'exit_code', message: 'it failed', ...error } };
}
