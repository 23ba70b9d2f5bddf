/** One client's stream of server-sent events: a small buffer, heartbeats, and an end for whoever reads too slowly. */

const encoder = new TextEncoder();

/** One event. Without a name clients get it as `message`. */
export function eventFrame(id: string, data: string, name?: string): Uint8Array {
  return encoder.encode(`id: ${id}\n${name === undefined ? '' : `event: ${name}\n`}data: ${data}\n\n`);
}

const BEGINNING = encoder.encode('retry: 2000\n\n');
const HEARTBEAT = encoder.encode(':\n\n');

/** Bytes that may wait for a client; the socket has buffers of its own. */
const BUFFER_BYTES = 16 * 1024;
/** A client that takes nothing for so long is let go, ms. It resumes where it was, by its Last-Event-ID. */
const STALLED_MS = 20_000;

export interface EventStreamOptions {
  /** Ends the connection though data waits for it. */
  readonly disconnect: () => void;
  /** Shorter in tests. */
  readonly stalledMs?: number;
}

export class EventStream {
  readonly response: Response;
  readonly #options: EventStreamOptions;
  readonly #closed = new AbortController();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #hasRoom: () => void = () => {};
  #wasQuiet = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          controller.enqueue(BEGINNING);
        },
        pull: () => this.#hasRoom(),
        cancel: () => this.#close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
    );
    this.response = new Response(body, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      },
    });
  }

  /** Aborts when the client has gone, or was let go. */
  get signal(): AbortSignal {
    return this.#closed.signal;
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** False: the client has gone. Waits while its buffer is full. */
  async send(frame: Uint8Array): Promise<boolean> {
    if (!this.isClosed && (this.#controller?.desiredSize ?? 0) <= 0) await this.#room();
    if (this.isClosed) return false;
    this.#controller?.enqueue(frame);
    this.#wasQuiet = false;
    return true;
  }

  /** Says that what came between the two positions is not there any more. */
  gap(after: string, next: string | null): Promise<boolean> {
    return this.send(encoder.encode(`event: gap\ndata: ${JSON.stringify({ after, next })}\n\n`));
  }

  /** Once per interval; writes where nothing else was written since the last time. */
  beat(): void {
    const isIdle = this.#wasQuiet && (this.#controller?.desiredSize ?? 0) > 0;
    if (isIdle && !this.isClosed) this.#controller?.enqueue(HEARTBEAT);
    this.#wasQuiet = true;
  }

  end(): void {
    if (this.isClosed) return;
    this.#close();
    this.#controller?.close();
  }

  #close(): void {
    this.#closed.abort();
    this.#hasRoom();
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#letGo(), this.#options.stalledMs ?? STALLED_MS);
      this.#hasRoom = () => {
        this.#hasRoom = () => {};
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #letGo(): void {
    // No error of the stream: each would stand in the server's log with its stack, as often as clients like.
    this.end();
    this.#options.disconnect();
  }
}
