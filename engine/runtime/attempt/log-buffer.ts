/**
 * The lines of one attempt on their way to the log store: in order, in batches as the store likes them, one batch at a time. Memory
 * is bounded: when the store is slower than the task, the oldest waiting lines go and a note takes their place. Never fails a task.
 */
import type { Clock } from '../../ports/clock.ts';
import type { LogSink } from '../../ports/executor.ts';
import type { LogBatching, LogLine, LogName, LogStore } from '../../ports/log-store.ts';
import { Wake } from '../../ports/wake.ts';
import type { Alarmed, AlarmLoop } from '../alarm-loop.ts';
import type { UnstoredLogs } from './unstored-logs.ts';

type Line = Omit<LogLine, 'id'>;

const BATCHING: LogBatching = { everyMs: 200, lines: 100, characters: Number.POSITIVE_INFINITY };
/** Or two batches, if they are larger. */
const MAX_WAITING_LINES = 1_000;
const MAX_WAITING_CHARACTERS = 4_000_000;
const RETRY_MS = 500;
/** How long `finish` keeps its caller waiting, and how long lines are kept after that. */
const FINISH_WAIT_MS = 1_000;
const FINISH_KEEP_MS = 60_000;

export interface LogBufferOptions {
  readonly name: LogName;
  readonly logs: LogStore;
  readonly clock: Clock;
  readonly alarms: AlarmLoop;
  readonly onFailure: (error: unknown) => void;
  /** Where it stands from the end of its attempt until all is stored. */
  readonly unstored: UnstoredLogs;
}

export class LogBuffer implements LogSink, Alarmed {
  readonly #options: LogBufferOptions;
  readonly #batching: LogBatching;
  readonly #maxWaiting: number;
  #waiting: Line[] = [];
  /** Being sent, or to be sent again as it is: the store may have taken it though its answer was lost. */
  #batch: readonly Line[] = [];
  #characters = 0;
  #dropped = 0;
  #dueMs = Number.POSITIVE_INFINITY;
  #isSending = false;
  /** No earlier than this after a failure. */
  #restsUntil = Number.NEGATIVE_INFINITY;
  #givesUpAt = Number.POSITIVE_INFINITY;
  #whenEmpty: (() => void) | undefined;

  constructor(options: LogBufferOptions) {
    this.#options = options;
    this.#batching = options.logs.batching ?? BATCHING;
    this.#maxWaiting = Math.max(MAX_WAITING_LINES, 2 * this.#batching.lines);
  }

  line(stream: Line['stream'], text: string): void {
    const at = this.#options.clock.now();
    this.#waiting.push({ at, stream, text });
    this.#characters += text.length;
    this.#dropExcess();
    if (this.#isSending) return;
    const due = Math.max(this.#restsUntil, this.#isFull() ? at : at + this.#batching.everyMs);
    if (due <= at) void this.#send();
    else this.#dueBy(due);
  }

  dueMs(): number {
    return this.#dueMs;
  }

  ring(): void {
    void this.#send();
  }

  /** Lines that are not known to be stored. */
  get unstored(): number {
    return this.#dropped + this.#batch.length + this.#waiting.length;
  }

  /** Sends what is left. Resolves when all is stored, or after one second; then the rest is stored in the background. */
  async finish(): Promise<void> {
    if (this.unstored === 0) return;
    const { clock, unstored } = this.#options;
    unstored.add(this);
    this.#givesUpAt = clock.now() + FINISH_KEEP_MS;
    const patience = new Wake();
    this.#whenEmpty = () => patience.wake();
    if (!this.#isSending) void this.#send();
    await clock.sleep(FINISH_WAIT_MS, patience);
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#batch.length === 0) this.#batch = this.#takeBatch();
    try {
      await this.#options.logs.append(this.#options.name, this.#batch);
      this.#batch = [];
      this.#isSending = false;
      this.#afterSuccess();
    } catch (error) {
      this.#isSending = false;
      this.#afterFailure(error);
    }
  }

  #takeBatch(): readonly Line[] {
    const batch = this.#waiting.splice(0, this.#batchLength());
    for (const line of batch) this.#characters -= line.text.length;
    const first = batch[0];
    if (this.#dropped === 0 || first === undefined) return batch;
    const text = `… ${this.#dropped} lines are missing here: they came faster than the log store took them`;
    this.#dropped = 0;
    return [{ at: first.at, stream: 'system', text }, ...batch];
  }

  /** At least one line. */
  #batchLength(): number {
    const { lines, characters } = this.#batching;
    let count = 0;
    for (let sum = 0; count < lines && count < this.#waiting.length && sum < characters; count++)
      sum += this.#waiting[count]?.text.length ?? 0;
    return count;
  }

  #isFull(): boolean {
    const { lines, characters } = this.#batching;
    return this.#waiting.length >= lines || this.#characters >= characters;
  }

  #afterSuccess(): void {
    if (this.#waiting.length === 0) this.#rest();
    else if (this.#isFull() || this.#whenEmpty) void this.#send();
    else this.#dueBy(this.#options.clock.now() + this.#batching.everyMs);
  }

  #afterFailure(error: unknown): void {
    this.#options.onFailure(error);
    const now = this.#options.clock.now();
    if (now >= this.#givesUpAt) {
      this.#options.unstored.giveUp(this.#options.name, this.unstored);
      this.#batch = [];
      this.#waiting = [];
      this.#rest();
      return;
    }
    this.#restsUntil = now + RETRY_MS;
    this.#dueBy(this.#restsUntil);
  }

  #dropExcess(): void {
    while (this.#waiting.length > this.#maxWaiting || this.#characters > MAX_WAITING_CHARACTERS) {
      this.#characters -= this.#waiting.shift()?.text.length ?? 0;
      this.#dropped++;
    }
  }

  #dueBy(due: number): void {
    if (this.#dueMs <= due) return;
    this.#dueMs = due;
    this.#options.alarms.watch(this);
  }

  #rest(): void {
    this.#options.alarms.forget(this);
    this.#options.unstored.delete(this);
    this.#whenEmpty?.();
  }
}
