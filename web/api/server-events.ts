/**
 * Server-sent events over `fetch`, since an EventSource cannot say who asks. Goes on after the last id that it saw, with growing
 * pauses, until it is stopped, is refused, or the server says that nothing more will come (204).
 */
import { isRefusal, request } from './http.ts';

export interface Listener {
  /** Something came: an event with its data, or word that some are missing (`gap`). */
  onEvent(data: string, name: string): void;
  onOpen(): void;
  /** It failed this often in a row. A refusal (`isRefusal`) is the last that is heard. */
  onFailure(times: number, thrown: unknown): void;
  onEnd(): void;
}

const LONGEST_PAUSE_MS = 10_000;

/** Call what it returns to stop. */
export function listen(path: string, after: string | undefined, listener: Listener): () => void {
  const stop = new AbortController();
  void run(path, after, { ...listener, signal: stop.signal });
  return () => stop.abort();
}

async function run(
  path: string,
  after: string | undefined,
  listener: Listener & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = listener;
  let last = after;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const headers = {
        accept: 'text/event-stream',
        ...(last === undefined ? {} : { 'last-event-id': last }),
      };
      const response = await request(path, { signal, headers });
      if (response.status === 204 || response.body === null) return listener.onEnd();
      listener.onOpen();
      failures = 0;
      for await (const frame of frames(response.body)) {
        last = /^id: ?(.*)$/m.exec(frame)?.[1] ?? last;
        const data = /^data: ?(.*)$/m.exec(frame)?.[1];
        if (data !== undefined) listener.onEvent(data, /^event: ?(.*)$/m.exec(frame)?.[1] ?? 'message');
      }
    } catch (thrown) {
      if (signal.aborted) return;
      failures += 1;
      listener.onFailure(failures, thrown);
      if (isRefusal(thrown)) return;
    }
    await pause(Math.min(500 * 2 ** failures, LONGEST_PAUSE_MS), signal);
  }
}

async function* frames(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      text += decoder.decode(piece.value, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        yield text.slice(0, end);
        text = text.slice(end + 2);
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
