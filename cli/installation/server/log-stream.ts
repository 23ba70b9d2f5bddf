/**
 * What an attempt writes, as its server streams it: held here until somebody takes it, and taken up again after the last line that came
 * when the connection breaks. It never fails: who follows asks for the rest when the attempt is over, and hears of an outage then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError } from '../../../engine/core/errors.ts';
import type { LogLine } from '../../../engine/ports/log-store.ts';
import { readEvents } from '../../../server/client/event-source.ts';
import { CliFailure } from '../../failure.ts';

/** Before a stream that ended is asked for again, ms. */
const AGAIN_MS = 250;

/** Opens it after the line with this id. */
export type OpenLog = (after: string, signal: AbortSignal) => Promise<Response>;

export class LogStream {
  readonly #open: OpenLog;
  readonly #stop = new AbortController();
  readonly #lines: LogLine[] = [];
  #last: string;
  /** The server has none, or no more. */
  #isOver = false;

  constructor(open: OpenLog, after: string) {
    this.#open = open;
    this.#last = after;
    void this.#read();
  }

  /** Lines that have come, at most `limit`. Undefined when none will come: they must be asked for. */
  take(limit: number): readonly LogLine[] | undefined {
    return this.#isOver && this.#lines.length === 0 ? undefined : this.#lines.splice(0, limit);
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && !this.#isOver) {
      try {
        this.#isOver = await this.#readOne(signal);
      } catch (thrown) {
        this.#isOver = isRefusal(thrown);
      }
      if (!this.#isOver) await pause(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Whether the attempt is over. A stream also ends with its server. */
  async #readOne(signal: AbortSignal): Promise<boolean> {
    const response = await this.#open(this.#last, signal);
    if (response.status === 204) return true;
    for await (const { id, name, data } of readEvents(response)) {
      if (name !== 'message') continue;
      const { at, ...line } = JSON.parse(data) as Omit<LogLine, 'at'> & { readonly at: string };
      this.#lines.push({ ...line, at: Date.parse(at) });
      this.#last = id;
    }
    return false;
  }
}

/** The server answers, and gives no stream: it is of a former version, or has too many. Anything else is an outage. */
function isRefusal(thrown: unknown): boolean {
  if (thrown instanceof SluiceError)
    return thrown.code !== 'redis_unreachable' && thrown.code !== 'redis_refused';
  return thrown instanceof CliFailure;
}
