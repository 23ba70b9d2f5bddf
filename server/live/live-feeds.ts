/** All live streams of a server: one reader for each run that somebody follows, and one for changes of runs. */
import { messageOf, SluiceError } from '../../engine/core/errors.ts';
import type { RunHeader } from '../../engine/core/run-header.ts';
import type { LogName, LogStore } from '../../engine/ports/log-store.ts';
import type { Logger } from '../../engine/ports/logger.ts';
import type { RunIndex, RunSummary } from '../../engine/ports/run-index.ts';
import type { ShardStore } from '../../engine/ports/shard-store.ts';
import type { Client } from '../../engine/runtime/client/client.ts';
import { RequestFailure } from '../problem.ts';
import { createChangesSource } from './changes-source.ts';
import { EventStream } from './event-stream.ts';
import { Feed, type FeedSource } from './feed.ts';
import { LogSource } from './log-source.ts';
import { RunSource } from './run-source.ts';

export interface LiveFeedsOptions {
  readonly client: Pick<Client, 'loadStates' | 'header'>;
  readonly store: Pick<ShardStore, 'readEvents' | 'readRecords'>;
  readonly logs: Pick<LogStore, 'read'>;
  readonly index: RunIndex;
  readonly logger: Logger;
  readonly lineOf: (run: RunSummary) => { readonly [name: string]: unknown };
  /** Streams at once. Default 10,000. */
  readonly maxStreams?: number;
}

export interface Following {
  /** Where the client was; undefined: it begins now. */
  readonly after: string | undefined;
  readonly disconnect: () => void;
}

const HEARTBEAT_MS = 15_000;
/** Feeds that may keep a connection of Redis waiting; the others look again and again. */
const BLOCKING_FEEDS = 16;
const BLOCK_MS = 1_000;
/** Events before the newest with which a feed begins, so that clients which come at the start need no pages of their own. */
const RECENT = 2_000;
const CHANGES = 'changes';
/** Begins the names of feeds of logs, which wait for nothing. */
const LOG = 'log ';

export class LiveFeeds {
  readonly #options: LiveFeedsOptions;
  /** By run id; `CHANGES` for changes of runs; by `LOG` and more for logs. */
  readonly #feeds = new Map<string, Feed>();
  readonly #streams = new Set<EventStream>();
  readonly #heart: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: LiveFeedsOptions) {
    this.#options = options;
    this.#heart = setInterval(() => {
      for (const stream of this.#streams) stream.beat();
    }, HEARTBEAT_MS).unref();
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** The events of a run, until it has ended. @throws RequestFailure too_many_streams */
  followRun(header: RunHeader, { after = '0', disconnect }: Following): Response {
    const stream = this.#open(disconnect);
    // A Redis that went back to an earlier state knows less than the client has seen.
    const isAhead = Number(after) > header.seq;
    const position = isAhead ? String(header.seq) : after;
    if (isAhead) void stream.gap(after, null);
    this.#show(this.#feedOfRun(header), stream, { position });
    return stream.response;
  }

  /** Changes of the runs of a namespace, without an end. @throws RequestFailure too_many_streams */
  async followChanges(namespace: string, { after, disconnect }: Following): Promise<Response> {
    const newest = await this.#options.index.newestChange();
    const stream = this.#open(disconnect);
    const feed = this.#feed(CHANGES, newest, () =>
      createChangesSource(this.#options.index, this.#options.lineOf),
    );
    this.#show(feed, stream, { position: after ?? newest, namespace });
    return stream.response;
  }

  /** What an attempt writes, until it is over. @throws RequestFailure too_many_streams */
  followLog(log: LogName, { after = '0', disconnect }: Following): Response {
    const stream = this.#open(disconnect);
    const { client, store, logs } = this.#options;
    const feed = this.#feed(`${LOG}${log.run} ${log.node} ${log.attempt}`, '0', () => {
      return new LogSource({ client, store, logs, log, now: () => performance.now() });
    });
    this.#show(feed, stream, { position: after });
    return stream.response;
  }

  /** Resolves when the run has ended, or the signal aborts. */
  async untilEnded(header: RunHeader, signal: AbortSignal): Promise<void> {
    const feed = this.#feedOfRun(header);
    await feed.untilOver(signal);
    this.#release(header.id, feed);
  }

  /** Ends all streams; clients go on elsewhere, from where they are. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#heart);
    for (const stream of this.#streams) stream.end();
    for (const feed of this.#feeds.values()) feed.stop();
  }

  #open(disconnect: () => void): EventStream {
    const { maxStreams = 10_000 } = this.#options;
    if (this.#isClosed || this.#streams.size >= maxStreams) {
      const why = this.#isClosed
        ? 'The server is stopping'
        : `This server shows ${maxStreams} live streams already`;
      throw new RequestFailure('too_many_streams', `${why}; try again in a few seconds.`, {
        headers: { 'retry-after': '5' },
      });
    }
    const stream = new EventStream({ disconnect });
    this.#streams.add(stream);
    return stream;
  }

  #show(
    feed: Feed,
    stream: EventStream,
    place: { readonly position: string; readonly namespace?: string },
  ): void {
    feed
      .show({ stream, ...place })
      .catch((thrown: unknown) => this.#trouble(thrown))
      .finally(() => {
        stream.end();
        this.#streams.delete(stream);
        for (const [name, one] of this.#feeds) if (one === feed) this.#release(name, feed);
      });
  }

  #feedOfRun({ id, seq }: RunHeader): Feed {
    const { client, store } = this.#options;
    const start = String(Math.max(0, seq - RECENT));
    return this.#feed(id, start, () => new RunSource({ client, store, run: id }));
  }

  #feed(name: string, start: string, open: () => FeedSource): Feed {
    const known = this.#feeds.get(name);
    if (known && !known.isOver) return known;
    const feed = new Feed({
      source: open(),
      start,
      blockMs: () => (this.#mayBlock(name) ? BLOCK_MS : 0),
      onTrouble: (thrown) => this.#trouble(thrown),
      isFinal: (thrown) => thrown instanceof SluiceError && thrown.code === 'run_not_found',
    });
    this.#feeds.set(name, feed);
    void feed.run();
    return feed;
  }

  /** The oldest feeds, and that of all changes. */
  #mayBlock(name: string): boolean {
    if (name === CHANGES) return true;
    if (name.startsWith(LOG)) return false;
    let place = 0;
    for (const one of this.#feeds.keys()) {
      if (one === name) return true;
      if (one.startsWith(LOG)) continue;
      if (++place >= BLOCKING_FEEDS) return false;
    }
    return false;
  }

  #release(name: string, feed: Feed): void {
    if (feed.clients > 0 || this.#feeds.get(name) !== feed) return;
    this.#feeds.delete(name);
    feed.stop();
  }

  #trouble(thrown: unknown): void {
    this.#options.logger.warn('a live stream could not read on; trying again', { error: messageOf(thrown) });
  }
}
