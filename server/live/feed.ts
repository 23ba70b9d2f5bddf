/**
 * Something that goes on (a run's history, changes of runs), read once and shown to any number of clients. Each client is a
 * position in the same short memory of what came last; one that is further behind reads pages of its own until it has caught up.
 * A client takes what it has room for, so a slow one costs its small buffer and nothing else.
 */
import type { EventStream } from './event-stream.ts';

export interface FeedItem {
  /** Its id for clients, from which they resume. */
  readonly position: string;
  readonly frame: Uint8Array;
  /** Whom it concerns, where a feed has items of several. */
  readonly namespace?: string;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  /** Something before the first item is not there any more. */
  readonly hasGap: boolean;
  /** Nothing will follow the last item. */
  readonly isOver: boolean;
}

export interface FeedSource {
  /** Items after the position, in order; waits up to `blockMs` when there are none. */
  read(after: string, blockMs: number, signal?: AbortSignal): Promise<FeedPage>;
  isAfter(position: string, other: string): boolean;
}

export interface FeedClient {
  readonly stream: EventStream;
  position: string;
  /** Items of other namespaces are left out. Undefined: all. */
  readonly namespace?: string;
}

export interface FeedOptions {
  readonly source: FeedSource;
  /** Where reading begins. */
  readonly start: string;
  /** Longest wait of one read, ms; 0 where no connection may be kept waiting: then reads come with pauses. */
  readonly blockMs: () => number;
  /** Told of a read that failed; it is tried again. */
  readonly onTrouble: (thrown: unknown) => void;
  /** Whether the failure is final: there is nothing to read any more. */
  readonly isFinal: (thrown: unknown) => boolean;
}

/** Items and bytes that are remembered. */
const MAX_ITEMS = 5_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** Bytes after which a write goes out. */
const PIECE_BYTES = 8 * 1024;
/** Pauses between reads that do not wait, ms: the shortest after news, then longer. */
const PAUSE_MS = [50, 100, 200, 400, 800] as const;

export class Feed {
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  /** The newest items, and the position before the first of them. */
  #items: FeedItem[] = [];
  #before: string;
  #bytes = 0;
  #piece: Piece | undefined;
  #isOver = false;
  #clients = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#before = options.start;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get clients(): number {
    return this.#clients;
  }

  /** Reads until it is over or stopped. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    for (let quiet = 0; !signal.aborted && !this.#isOver; ) {
      const blockMs = this.#options.blockMs();
      const page = await this.#read(blockMs);
      if (page === undefined || (page.items.length === 0 && blockMs === 0)) await this.#pause(quiet++);
      else quiet = 0;
      if (page) this.#take(page);
    }
    this.#isOver = true;
    this.#wakeAll();
  }

  stop(): void {
    this.#stop.abort();
    this.#isOver = true;
    this.#wakeAll();
  }

  /** Shows it to a client until it is over or the client goes. */
  async show(client: FeedClient): Promise<void> {
    this.#clients++;
    try {
      await this.#show(client);
    } finally {
      this.#clients--;
    }
  }

  /** Resolves when it is over or the signal aborts. */
  async untilOver(signal: AbortSignal): Promise<void> {
    this.#clients++;
    try {
      while (!this.#isOver && !signal.aborted) await this.#news(signal);
    } finally {
      this.#clients--;
    }
  }

  async #show(client: FeedClient): Promise<void> {
    const { stream } = client;
    while (!stream.isClosed) {
      const wasOver = this.#isOver;
      const page = await this.#after(client.position);
      if (page.hasGap) await stream.gap(client.position, page.items[0]?.position ?? null);
      for (let from = 0; from < page.items.length; ) {
        const piece = this.#joined(page.items, from, client.namespace);
        if (piece.bytes.length > 0 && !(await stream.send(piece.bytes))) return;
        client.position = piece.last;
        from += piece.count;
      }
      if (page.items.length > 0) continue;
      if (wasOver) return stream.end();
      await this.#news(stream.signal);
    }
  }

  /**
   * Items from there on that go out as one write, without those of other namespaces. Most clients are at the same place, so the
   * newest one is kept for the next client.
   */
  #joined(items: readonly FeedItem[], from: number, namespace: string | undefined): Piece {
    const first = items[from];
    const known = this.#piece;
    if (known && known.first === first && known.namespace === namespace && fitsIn(known, items, from))
      return known;
    const frames: Uint8Array[] = [];
    let count = 0;
    for (let length = 0; from + count < items.length && length < PIECE_BYTES; count++) {
      const item = items[from + count];
      if (item === undefined || (namespace !== undefined && item.namespace !== namespace)) continue;
      frames.push(item.frame);
      length += item.frame.length;
    }
    const last = items[from + count - 1]?.position ?? '';
    this.#piece = { first, last, count, namespace, bytes: Buffer.concat(frames) };
    return this.#piece;
  }

  /** From memory where that reaches back so far, else from the source. */
  #after(position: string): Promise<FeedPage> | FeedPage {
    const { source } = this.#options;
    if (source.isAfter(this.#before, position)) return source.read(position, 0);
    const last = this.#items.at(-1);
    if (last === undefined || !source.isAfter(last.position, position)) return NOTHING;
    let from = this.#items.length - 1;
    while (from > 0 && source.isAfter(this.#items[from - 1]?.position ?? position, position)) from--;
    return { items: this.#items.slice(from), hasGap: false, isOver: false };
  }

  async #read(blockMs: number): Promise<FeedPage | undefined> {
    const after = this.#items.at(-1)?.position ?? this.#before;
    try {
      return await this.#options.source.read(after, blockMs, this.#stop.signal);
    } catch (thrown) {
      if (this.#stop.signal.aborted) return undefined;
      if (this.#options.isFinal(thrown)) this.stop();
      else this.#options.onTrouble(thrown);
      return undefined;
    }
  }

  #take({ items, isOver }: FeedPage): void {
    for (const item of items) this.#bytes += item.frame.length;
    this.#items.push(...items);
    this.#forget();
    this.#isOver ||= isOver;
    if (items.length > 0 || isOver) this.#wakeAll();
  }

  #forget(): void {
    let gone = 0;
    while (this.#items.length - gone > MAX_ITEMS || this.#bytes > MAX_BYTES) {
      const oldest = this.#items[gone];
      if (oldest === undefined) break;
      this.#bytes -= oldest.frame.length;
      this.#before = oldest.position;
      gone++;
    }
    if (gone > 0) this.#items = this.#items.slice(gone);
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted || this.#isOver) wake();
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #pause(quiet: number): Promise<void> {
    const ms = PAUSE_MS[Math.min(quiet, PAUSE_MS.length - 1)] ?? 0;
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** Consecutive items as one write. */
interface Piece {
  readonly first: FeedItem | undefined;
  /** Position of the last of them. */
  readonly last: string;
  readonly count: number;
  readonly namespace: string | undefined;
  readonly bytes: Uint8Array;
}

/** Whether it holds as many of the items as it might: none has come since that would have had room. */
function fitsIn({ count, last, bytes }: Piece, items: readonly FeedItem[], from: number): boolean {
  const isWhole = bytes.length >= PIECE_BYTES || from + count === items.length;
  return isWhole && items[from + count - 1]?.position === last;
}

const NOTHING: FeedPage = { items: [], hasGap: false, isOver: false };
