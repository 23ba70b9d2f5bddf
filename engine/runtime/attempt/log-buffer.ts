/**
 * The lines of one attempt on their way to the log store: in order, in batches, one batch at a time. Memory is bounded: when
 * the store is slower than the task, the oldest waiting lines go and a note takes their place. Never fails a task.
 */
import type { Clock } from '../../ports/clock.ts';
import type { LogSink } from '../../ports/executor.ts';
import type { LogLine, LogName, LogStore } from '../../ports/log-store.ts';
import { Wake } from '../../ports/wake.ts';
import type { Alarmed, AlarmLoop } from '../alarm-loop.ts';

type Line = Omit<LogLine, 'id'>;

const FLUSH_MS = 200;
const BATCH_LINES = 100;
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
}

export class LogBuffer implements LogSink, Alarmed {
  readonly #options: LogBufferOptions;
  #waiting: Line[] = [];
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
  }

  line(stream: Line['stream'], text: string): void {
    const at = this.#options.clock.now();
    this.#waiting.push({ at, stream, text });
    this.#characters += text.length;
    this.#dropExcess();
    if (this.#isSending) return;
    const isFull = this.#waiting.length >= BATCH_LINES;
    const due = Math.max(this.#restsUntil, isFull ? at : at + FLUSH_MS);
    if (due <= at) void this.#send();
    else this.#dueBy(due);
  }

  dueMs(): number {
    return this.#dueMs;
  }

  ring(): void {
    void this.#send();
  }

  /** Sends what is left. Resolves when all is stored, or after one second; then the rest is stored in the background. */
  async finish(): Promise<void> {
    if (this.#isEmpty()) return;
    const { clock } = this.#options;
    this.#givesUpAt = clock.now() + FINISH_KEEP_MS;
    const patience = new Wake();
    this.#whenEmpty = () => patience.wake();
    if (!this.#isSending) void this.#send();
    await clock.sleep(FINISH_WAIT_MS, patience);
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    this.#dueMs = Number.POSITIVE_INFINITY;
    const batch = this.#takeBatch();
    try {
      await this.#options.logs.append(this.#options.name, batch);
      this.#isSending = false;
      this.#afterSuccess();
    } catch (error) {
      this.#isSending = false;
      this.#afterFailure(batch, error);
    }
  }

  #takeBatch(): readonly Line[] {
    const batch = this.#waiting.splice(0, BATCH_LINES);
    for (const line of batch) this.#characters -= line.text.length;
    const first = batch[0];
    if (this.#dropped === 0 || first === undefined) return batch;
    const text = `… ${this.#dropped} lines are missing here: they came faster than the log store took them`;
    this.#dropped = 0;
    return [{ at: first.at, stream: 'system', text }, ...batch];
  }

  #afterSuccess(): void {
    if (this.#waiting.length === 0) this.#rest();
    else if (this.#waiting.length >= BATCH_LINES || this.#whenEmpty) void this.#send();
    else this.#dueBy(this.#options.clock.now() + FLUSH_MS);
  }

  #afterFailure(batch: readonly Line[], error: unknown): void {
    this.#options.onFailure(error);
    const now = this.#options.clock.now();
    if (now >= this.#givesUpAt) {
      this.#waiting = [];
      this.#rest();
      return;
    }
    this.#waiting.unshift(...batch);
    for (const line of batch) this.#characters += line.text.length;
    this.#dropExcess();
    this.#restsUntil = now + RETRY_MS;
    this.#dueBy(this.#restsUntil);
  }

  #dropExcess(): void {
    while (this.#waiting.length > MAX_WAITING_LINES || this.#characters > MAX_WAITING_CHARACTERS) {
      this.#characters -= this.#waiting.shift()?.text.length ?? 0;
      this.#dropped++;
    }
  }

  #dueBy(due: number): void {
    if (this.#dueMs <= due) return;
    this.#dueMs = due;
    this.#options.alarms.watch(this);
  }

  #isEmpty(): boolean {
    return this.#waiting.length === 0 && !this.#isSending;
  }

  #rest(): void {
    this.#options.alarms.forget(this);
    this.#whenEmpty?.();
  }
}
