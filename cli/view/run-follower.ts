/**
 * Follows a run to its end: its history in order, and the log lines of each attempt before the event that ends it.
 * It only reads, so any number may follow the same run, from any process, from any moment on.
 */
import type { LogLine } from '../../engine/ports/log-store.ts';
import type { EventView } from '../../engine/runtime/client/run-view.ts';
import type { AttemptName, FollowedEvent, RunFeed, Runs } from '../installation/runs.ts';
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
  readonly runs: Pick<Runs, 'feed'>;
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
  const feed = await patience.outlast(() => options.runs.feed(options.run));
  const follower = new Follower(options, feed, patience);
  try {
    await follower.follow();
  } finally {
    feed.close();
  }
  return follower;
}

class Follower implements FollowedRun {
  readonly progress: RunProgress;
  readonly tails = new Map<string, readonly LogLine[]>();
  readonly #options: FollowOptions;
  readonly #feed: RunFeed;
  readonly #patience: Patience;
  readonly #open = new Map<string, AttemptLog>();
  readonly #arrived: FollowedEvent[] = [];
  /** Node → index of its task, of those that events have named. */
  readonly #taskOf = new Map<string, number>();
  #isOver = false;
  #failure: unknown;
  #wake: () => void = () => {};

  constructor(options: FollowOptions, feed: RunFeed, patience: Patience) {
    this.#options = options;
    this.#feed = feed;
    this.#patience = patience;
    this.progress = new RunProgress(feed.plan);
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
    const { signal } = this.#options;
    let seq = 0;
    await this.#patience.outlast(async () => {
      for await (const followed of this.#feed.follow(seq, signal)) {
        seq = followed.event.seq;
        this.#arrived.push(followed);
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
    for (const event of events) this.#openLog(event);
    const lines = await this.#readLogs(events);
    for (const event of events) this.#emit(event, lines);
    for (const [key, read] of lines) this.#emitLines(key, read);
  }

  #openLog({ view: { node, attempt, type }, task }: FollowedEvent): void {
    if (!this.#options.withLogs || node === null || attempt === null) return;
    if (type !== 'node.started' && !ATTEMPT_ENDS.has(type)) return;
    if (task !== undefined) this.#taskOf.set(node, task);
    const key = keyOf({ node, attempt });
    if (!this.#open.has(key)) this.#open.set(key, new AttemptLog({ node, attempt }));
  }

  /** The logs of attempts that end in this round, and of others as far as there is room. */
  async #readLogs(events: readonly FollowedEvent[]): Promise<Map<string, readonly LogLine[]>> {
    const ending = new Set(
      events.filter(({ event }) => ATTEMPT_ENDS.has(event.type)).map(({ view }) => keyOf(view)),
    );
    const rested = [...this.#open].filter(([, log]) => log.hasRested(this.#feed.logPauseMs));
    const others = rested.flatMap(([key]) => (ending.has(key) ? [] : key)).slice(0, LOGS_AT_ONCE);
    const wanted = [...ending, ...others];
    const read = new Map<string, readonly LogLine[]>();
    for (let at = 0; at < wanted.length; at += LOGS_AT_ONCE) {
      await Promise.all(
        wanted
          .slice(at, at + LOGS_AT_ONCE)
          .map((key) => this.#readLog(key, { read, isOver: ending.has(key) })),
      );
    }
    // Those that were read go to the end of the row, so that all have their turn.
    for (const key of others) this.#moveToEnd(key);
    return read;
  }

  async #readLog(
    key: string,
    { read, isOver }: { readonly read: Map<string, readonly LogLine[]>; readonly isOver: boolean },
  ): Promise<void> {
    const log = this.#open.get(key);
    if (!log) return;
    const lines = await this.#patience.outlast(() => log.readNew(this.#feed, isOver));
    if (lines.length > 0) read.set(key, lines);
  }

  #moveToEnd(key: string): void {
    const log = this.#open.get(key);
    if (!log) return;
    this.#open.delete(key);
    this.#open.set(key, log);
  }

  #emit({ event, view, task }: FollowedEvent, lines: Map<string, readonly LogLine[]>): void {
    if (ATTEMPT_ENDS.has(view.type)) {
      const key = keyOf(view);
      this.#emitLines(key, lines.get(key) ?? []);
      lines.delete(key);
      this.#closeLog(view, key);
    }
    this.progress.apply(event, task);
    this.#options.sink.event(view, this.progress);
  }

  #closeLog({ node, type }: EventView, key: string): void {
    const log = this.#open.get(key);
    const name = node ?? '';
    this.#open.delete(key);
    this.tails.delete(name);
    const isFailure = type === 'node.failed' || type === 'node.retrying';
    if (log && isFailure && log.tail.length > 0 && this.tails.size < MAX_TAILS)
      this.tails.set(name, log.tail);
  }

  #emitLines(key: string, lines: readonly LogLine[]): void {
    const { node, attempt } = attemptOf(key);
    const task = this.progress.tasks[this.#taskOf.get(node) ?? -1];
    for (const line of lines) {
      if (task) task.lastLine = line.text;
      this.#options.sink.line({ ...line, node, attempt }, this.progress);
    }
  }
}

function keyOf({ node, attempt }: Pick<EventView, 'node' | 'attempt'>): string {
  return `${attempt ?? ''}:${node ?? ''}`;
}

function attemptOf(key: string): AttemptName {
  const at = key.indexOf(':');
  return { node: key.slice(at + 1), attempt: Number(key.slice(0, at) || 1) };
}
