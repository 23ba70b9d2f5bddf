/** A run's history and logs as its server streams them: resumed after the last event that came, so that none is missed or doubled. */
import { SluiceError } from '../../../engine/core/errors.ts';
import { EVENT_TYPES, type EventDetail, type EventRecord } from '../../../engine/core/event.ts';
import type { Plan } from '../../../engine/core/plan.ts';
import type { LogLine } from '../../../engine/ports/log-store.ts';
import type { EventView } from '../../../engine/runtime/client/run-view.ts';
import { readEvents } from '../../../server/client/event-source.ts';
import { followRun } from '../../../server/operations/live.ts';
import { followLog, readLogs } from '../../../server/operations/run-parts.ts';
import type { AttemptName, FollowedEvent, LogRead, RunFeed } from '../runs.ts';
import type { RunPlace, ServerApi } from './api.ts';
import { LogStream } from './log-stream.ts';

/** Attempts whose logs are streamed to one command; those of others are asked for. */
const MOST_STREAMS = 16;

export class ServerFeed implements RunFeed {
  readonly plan: Plan;
  readonly logPauseMs = 0;
  readonly #api: ServerApi;
  readonly #place: RunPlace;
  /** Node → a number of its own: that of its task, or one behind all tasks. */
  readonly #numbers = new Map<string, number>();
  readonly #streams = new Map<string, LogStream>();

  constructor(api: ServerApi, place: RunPlace, plan: Plan) {
    this.#api = api;
    this.#place = place;
    this.plan = plan;
    for (const [index, { id }] of plan.tasks.entries()) this.#numbers.set(id, index);
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<FollowedEvent> {
    for (let seq = after; !signal.aborted; ) {
      const response = await this.#connect(seq, signal);
      if (response === undefined || response.status === 204) return;
      for await (const view of eventsOf(response, signal)) {
        seq = view.seq;
        yield this.#followed(view);
      }
    }
  }

  async readLog(name: AttemptName, { after, limit, isOver }: LogRead): Promise<readonly LogLine[]> {
    const streamed = isOver ? this.#endStream(name) : this.#streamOf(name, after)?.take(limit);
    if (streamed !== undefined) return streamed;
    const { node, attempt } = name;
    const { lines } = await this.#api.read(readLogs, {
      params: { ...this.#place, node, attempt: String(attempt) },
      query: { after, limit: String(limit) },
    });
    return lines.map(({ at, ...line }) => ({ ...line, at: Date.parse(at) }));
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
  }

  #streamOf({ node, attempt }: AttemptName, after: string): LogStream | undefined {
    const key = `${attempt}:${node}`;
    const known = this.#streams.get(key);
    if (known !== undefined || this.#streams.size >= MOST_STREAMS) return known;
    const params = { ...this.#place, node, attempt: String(attempt) };
    const opened = new LogStream((last, signal) => {
      const headers: { [name: string]: string } = last === '0' ? {} : { 'last-event-id': last };
      return this.#api.open(followLog, { params, headers, signal });
    }, after);
    this.#streams.set(key, opened);
    return opened;
  }

  /** What it held and nobody took is read again with the rest. */
  #endStream({ node, attempt }: AttemptName): undefined {
    const key = `${attempt}:${node}`;
    this.#streams.get(key)?.close();
    this.#streams.delete(key);
  }

  /** Undefined when nobody waits for it any more. */
  async #connect(seq: number, signal: AbortSignal): Promise<Response | undefined> {
    const headers: { [name: string]: string } = seq === 0 ? {} : { 'last-event-id': String(seq) };
    try {
      return await this.#api.open(followRun, { params: { ...this.#place }, headers, signal });
    } catch (thrown) {
      if (signal.aborted) return undefined;
      throw thrown;
    }
  }

  #followed(view: EventView): FollowedEvent {
    const { node } = view;
    const number = node === null ? undefined : this.#numberOf(node);
    const task = node === null ? undefined : this.#numbers.get(node.replace(/\[\d+\]$/, ''));
    return { event: recordOf(view, number), view, task };
  }

  #numberOf(node: string): number {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    return number;
  }
}

async function* eventsOf(response: Response, signal: AbortSignal): AsyncGenerator<EventView> {
  try {
    for await (const { name, data } of readEvents(response)) {
      // What a gap tells of is not there any more and cannot be shown; what follows it comes.
      if (name === 'message') yield JSON.parse(data) as EventView;
    }
  } catch (cause) {
    if (signal.aborted) return;
    throw new SluiceError('redis_unreachable', 'The stream from the server broke off.', { cause });
  }
}

/** As it was before it was made public. */
function recordOf(view: EventView, node: number | undefined): EventRecord {
  const { seq, type, node: _, attempt, at, until, started_at, ...rest } = view;
  const detail = {
    ...rest,
    ...(typeof until === 'string' ? { until: Date.parse(until) } : {}),
    ...(typeof started_at === 'string' ? { started: Date.parse(started_at) } : {}),
  } as EventDetail;
  return {
    seq,
    // A type that only a newer server knows changes nothing that is shown.
    type: EVENT_TYPES.find((known) => known === type) ?? 'node.progress',
    at: Date.parse(at),
    detail,
    ...(node === undefined ? {} : { node }),
    ...(attempt === null ? {} : { attempt }),
  };
}
