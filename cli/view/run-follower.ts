/**
 * Follows a run to its end: its history in order, and the log lines of each attempt before the event that ends it.
 * It only reads, so any number may follow the same run, from any process, from any moment on.
 */
import type { EventRecord } from '../../engine/core/event.ts';
import type { NodeRecord } from '../../engine/core/node-record.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { LogLine, LogStore } from '../../engine/ports/log-store.ts';
import type { Client } from '../../engine/runtime/client/client.ts';
import { type EventView, nodeName, recordsOf, viewEvent } from '../../engine/runtime/client/run-view.ts';
import { AttemptLog } from './attempt-log.ts';
import { createPatience, type Patience } from './patience.ts';
import { RunProgress } from './run-progress.ts';

export interface TaskLine extends LogLine {
  /** `resize[3]`. */
  readonly node: string;
  readonly attempt: number;
}

/** What shows a run to somebody. */
export interface RunSink {
  event(event: EventView, progress: RunProgress): void;
  line(line: TaskLine, progress: RunProgress): void;
  /** Something about the following itself, such as an outage. */
  note(text: string): void;
  /** The run has ended, or is followed no longer. */
  close(progress: RunProgress): void;
}

export interface FollowOptions {
  readonly client: Client;
  readonly logs: LogStore;
  readonly run: string;
  readonly sink: RunSink;
  /** False: logs are not read. */
  readonly withLogs: boolean;
  /** Stops following. */
  readonly signal: AbortSignal;
}

export interface FollowedRun {
  readonly progress: RunProgress;
  /** Node → last lines of its last failed attempt. */
  readonly tails: ReadonlyMap<string, readonly LogLine[]>;
}

const LOG_POLL_MS = 150;
/** State is read again for nodes that are not known yet, but not more often than this. */
const RELOAD_MS = 100;
/** Attempts whose logs are read in one round. */
const LOGS_AT_ONCE = 64;
const MAX_TAILS = 200;
const EVENTS_AT_ONCE = 2_000;

const ATTEMPT_ENDS: ReadonlySet<string> = new Set([
  'node.succeeded',
  'node.failed',
  'node.retrying',
  'node.repeating',
  'node.cancelled',
]);

/** Resolves when the run has ended or the signal aborts. @throws SluiceError run_not_found, redis_unreachable after a minute. */
export async function followRun(options: FollowOptions): Promise<FollowedRun> {
  const patience = createPatience((text) => options.sink.note(text));
  const { stored, plan } = await patience.outlast(() => options.client.load(options.run));
  const follower = new Follower(options, plan, patience);
  follower.records = recordsOf(stored, plan);
  await follower.follow();
  return follower;
}

class Follower implements FollowedRun {
  readonly progress: RunProgress;
  readonly tails = new Map<string, readonly LogLine[]>();
  records: readonly NodeRecord[] = [];
  readonly #options: FollowOptions;
  readonly #plan: Plan;
  readonly #patience: Patience;
  readonly #open = new Map<string, AttemptLog>();
  readonly #arrived: EventRecord[] = [];
  #isOver = false;
  #failure: unknown;
  #wake: () => void = () => {};
  #loadedAt = Number.NEGATIVE_INFINITY;

  constructor(options: FollowOptions, plan: Plan, patience: Patience) {
    this.#options = options;
    this.#plan = plan;
    this.#patience = patience;
    this.progress = new RunProgress(plan);
  }

  async follow(): Promise<void> {
    const { signal, sink } = this.#options;
    const reading = this.#readEvents().catch((thrown: unknown) => {
      this.#failure = thrown;
      this.#end();
    });
    while (!this.#isOver || this.#arrived.length > 0) {
      if (this.#arrived.length === 0) await this.#waitForNews();
      if (signal.aborted) break;
      await this.#round();
    }
    await reading;
    sink.close(this.progress);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #readEvents(): Promise<void> {
    const { client, run, signal } = this.#options;
    let seq = 0;
    await this.#patience.outlast(async () => {
      for await (const event of client.follow(run, seq, signal)) {
        seq = event.seq;
        this.#arrived.push(event);
        this.#wake();
      }
    });
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#wake();
  }

  #waitForNews(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOG_POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isOver) this.#wake();
    });
  }

  async #round(): Promise<void> {
    const events = this.#arrived.splice(0, EVENTS_AT_ONCE);
    await this.#knowNodes(events);
    for (const event of events) this.#openLog(event);
    const lines = await this.#readLogs(events);
    for (const event of events) this.#emit(event, lines);
    for (const [key, read] of lines) this.#emitLines(key, read);
  }

  /** Events name nodes by number; which task a new node of a fan-out belongs to stands in the run's state. */
  async #knowNodes(events: readonly EventRecord[]): Promise<void> {
    if (events.every(({ node = -1 }) => node < this.records.length)) return;
    await pause(this.#loadedAt + RELOAD_MS - performance.now());
    const { stored } = await this.#patience.outlast(() => this.#options.client.load(this.#options.run));
    this.records = recordsOf(stored, this.#plan);
    this.#loadedAt = performance.now();
  }

  #openLog({ node, attempt, type }: EventRecord): void {
    const { withLogs, run } = this.#options;
    if (!withLogs || node === undefined || attempt === undefined) return;
    if (type !== 'node.started' && !ATTEMPT_ENDS.has(type)) return;
    const key = `${node}:${attempt}`;
    if (!this.#open.has(key)) this.#open.set(key, new AttemptLog({ run, node, attempt }));
  }

  /** The logs of attempts that end in this round, and of others as far as there is room. */
  async #readLogs(events: readonly EventRecord[]): Promise<Map<string, readonly LogLine[]>> {
    const ending = new Set(events.filter(({ type }) => ATTEMPT_ENDS.has(type)).map(keyOf));
    const others = [...this.#open.keys()].filter((key) => !ending.has(key)).slice(0, LOGS_AT_ONCE);
    const wanted = [...ending, ...others];
    const read = new Map<string, readonly LogLine[]>();
    for (let at = 0; at < wanted.length; at += LOGS_AT_ONCE) {
      await Promise.all(wanted.slice(at, at + LOGS_AT_ONCE).map((key) => this.#readLog(key, read)));
    }
    // Those that were read go to the end of the row, so that all have their turn.
    for (const key of others) this.#moveToEnd(key);
    return read;
  }

  async #readLog(key: string, read: Map<string, readonly LogLine[]>): Promise<void> {
    const log = this.#open.get(key);
    if (!log) return;
    const lines = await this.#patience.outlast(() => log.readNew(this.#options.logs));
    if (lines.length > 0) read.set(key, lines);
  }

  #moveToEnd(key: string): void {
    const log = this.#open.get(key);
    if (!log) return;
    this.#open.delete(key);
    this.#open.set(key, log);
  }

  #emit(event: EventRecord, lines: Map<string, readonly LogLine[]>): void {
    const key = keyOf(event);
    if (ATTEMPT_ENDS.has(event.type)) {
      this.#emitLines(key, lines.get(key) ?? []);
      lines.delete(key);
      this.#closeLog(event, key);
    }
    const task = event.node === undefined ? undefined : this.records[event.node]?.task;
    this.progress.apply(event, task);
    this.#options.sink.event(viewEvent(event, this.#plan, this.records), this.progress);
  }

  #closeLog({ node, type }: EventRecord, key: string): void {
    const log = this.#open.get(key);
    const name = this.#nameOf(node ?? -1);
    this.#open.delete(key);
    this.tails.delete(name);
    const isFailure = type === 'node.failed' || type === 'node.retrying';
    if (log && isFailure && log.tail.length > 0 && this.tails.size < MAX_TAILS)
      this.tails.set(name, log.tail);
  }

  #emitLines(key: string, lines: readonly LogLine[]): void {
    const [node, attempt] = key.split(':').map(Number);
    const name = this.#nameOf(node ?? -1);
    const task = this.progress.tasks[this.records[node ?? -1]?.task ?? -1];
    for (const line of lines) {
      if (task) task.lastLine = line.text;
      this.#options.sink.line({ ...line, node: name, attempt: attempt ?? 1 }, this.progress);
    }
  }

  #nameOf(node: number): string {
    const record = this.records[node];
    return record ? nodeName(record, node, this.#plan) : `#${node}`;
  }
}

function keyOf({ node, attempt }: EventRecord): string {
  return `${node}:${attempt}`;
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
