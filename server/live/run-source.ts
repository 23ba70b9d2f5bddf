/** A run's history as a feed. */
import { type EventRecord, unpackEvents } from '../../engine/core/event.ts';
import type { NodeRecord } from '../../engine/core/node-record.ts';
import { isRunEnded } from '../../engine/core/node-state.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { ShardStore } from '../../engine/ports/shard-store.ts';
import type { Client } from '../../engine/runtime/client/client.ts';
import { recordsOf, viewEvent } from '../../engine/runtime/client/run-view.ts';
import { eventFrame } from './event-stream.ts';
import type { FeedItem, FeedPage, FeedSource } from './feed.ts';

/** Entries of the history read at once. */
const PAGE = 500;

export interface RunSourceOptions {
  readonly client: Pick<Client, 'loadStates' | 'header'>;
  readonly store: Pick<ShardStore, 'readEvents'>;
  readonly run: string;
}

export class RunSource implements FeedSource {
  readonly #options: RunSourceOptions;
  #plan: Plan | undefined;
  #records: readonly NodeRecord[] = [];

  constructor(options: RunSourceOptions) {
    this.#options = options;
  }

  isAfter(position: string, other: string): boolean {
    return Number(position) > Number(other);
  }

  async read(after: string, blockMs: number, signal?: AbortSignal): Promise<FeedPage> {
    const { store, run } = this.#options;
    const seq = Number(after);
    const batches = await store.readEvents(run, seq, PAGE, blockMs, signal);
    const events = batches
      .flatMap(({ packed, first }) => unpackEvents(packed, first))
      .filter((event) => event.seq > seq);
    const isLast = batches.length < PAGE;
    const isOver = isLast && (events.length === 0 ? await this.#hasEnded(seq) : endsWith(events));
    const items = await this.#items(events);
    return { items, hasGap: (events[0]?.seq ?? seq + 1) > seq + 1, isOver };
  }

  /** Read again after the look at the header: the end may have come in between. */
  async #hasEnded(seq: number): Promise<boolean> {
    const { client, store, run } = this.#options;
    if (!isRunEnded((await client.header(run)).status)) return false;
    return (await store.readEvents(run, seq, 1, 0)).length === 0;
  }

  async #items(events: readonly EventRecord[]): Promise<FeedItem[]> {
    if (events.length === 0) return [];
    const plan = await this.#know(events);
    return events.map((event) => {
      const position = String(event.seq);
      const data = JSON.stringify(viewEvent(event, plan, this.#records));
      return { position, frame: eventFrame(position, data) };
    });
  }

  /** Events name nodes by number; what a new node of a fan-out is called stands in the run's state. */
  async #know(events: readonly EventRecord[]): Promise<Plan> {
    const isKnown = events.every(({ node = -1 }) => node < this.#records.length);
    if (this.#plan !== undefined && isKnown) return this.#plan;
    const { stored, plan } = await this.#options.client.loadStates(this.#options.run);
    this.#records = recordsOf(stored, plan);
    this.#plan = plan;
    return plan;
  }
}

const ENDS: ReadonlySet<string> = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);

/** An end that was followed by a retry is not the end. */
function endsWith(events: readonly EventRecord[]): boolean {
  const ended = events.findLast(({ type }) => ENDS.has(type));
  const takenUp = events.findLast(({ type }) => type === 'run.retried');
  return ended !== undefined && ended.seq > (takenUp?.seq ?? 0);
}
