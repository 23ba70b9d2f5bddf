/** The history of a run as it happens, for as long as it takes: outages of Redis are waited out, and nothing is told twice. */
import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError } from '../engine/core/errors.ts';
import type { EventRecord } from '../engine/core/event.ts';
import type { NodeRecord } from '../engine/core/node-record.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { Client } from '../engine/runtime/client/client.ts';
import { type EventView, recordsOf, viewEvent } from '../engine/runtime/client/run-view.ts';

const PAUSE_MS = 500;

/** Repeats a reading call through outages, until the signal aborts. */
export async function outlast<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      if (!isOutage(thrown) || signal?.aborted) throw thrown;
      await pause(PAUSE_MS, undefined, signal ? { signal } : {}).catch(() => {});
    }
  }
}

function isOutage(thrown: unknown): boolean {
  return (
    thrown instanceof SluiceError && (thrown.code === 'redis_unreachable' || thrown.code === 'redis_refused')
  );
}

/** Events with a larger `seq` than `after`, until the run has ended or the signal aborts. */
export async function* streamEvents(
  client: Client,
  run: string,
  { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<EventView> {
  const names = new NodeNames(client, run, signal);
  for await (const event of streamRecords(client, run, { after, ...(signal ? { signal } : {}) })) {
    const { plan, records } = await names.knowing(event.node);
    yield viewEvent(event, plan, records);
  }
}

/** As `client.follow`, through outages. */
export async function* streamRecords(
  client: Client,
  run: string,
  { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<EventRecord> {
  let seq = after;
  for (let isOver = false; !isOver && !signal?.aborted; ) {
    try {
      for await (const event of client.follow(run, seq, signal)) {
        seq = event.seq;
        yield event;
      }
      isOver = true;
    } catch (thrown) {
      if (!isOutage(thrown)) throw thrown;
      await pause(PAUSE_MS, undefined, signal ? { signal } : {}).catch(() => {});
    }
  }
}

/** The names of nodes; those of fan-outs are read once events speak of nodes that were not there before. */
class NodeNames {
  readonly #client: Client;
  readonly #run: string;
  readonly #signal: AbortSignal | undefined;
  #known: { readonly plan: Plan; readonly records: readonly NodeRecord[] } | undefined;

  constructor(client: Client, run: string, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#run = run;
    this.#signal = signal;
  }

  async knowing(
    node: number | undefined,
  ): Promise<{ readonly plan: Plan; readonly records: readonly NodeRecord[] }> {
    if (this.#known && (node === undefined || node < this.#known.records.length)) return this.#known;
    const { stored, plan } = await outlast(() => this.#client.loadStates(this.#run), this.#signal);
    this.#known = { plan, records: recordsOf(stored, plan) };
    return this.#known;
  }
}
