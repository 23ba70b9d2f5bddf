import { describe, expect, it } from 'vitest';
import { EventStream, eventFrame } from '../../../server/live/event-stream.ts';
import { Feed, type FeedPage, type FeedSource } from '../../../server/live/feed.ts';

/** A history that grows as the test says; counts its reads. */
class History implements FeedSource {
  reads = 0;
  isOver = false;
  readonly #size: number[] = [];
  /** Numbers up to here are not kept any more. */
  trimmed = 0;
  #wake: () => void = () => {};

  grow(count: number, isOver = false): void {
    for (let i = 0; i < count; i++) this.#size.push(this.#size.length + 1);
    this.isOver = isOver;
    this.#wake();
  }

  isAfter(position: string, other: string): boolean {
    return Number(position) > Number(other);
  }

  async read(after: string, blockMs: number, signal?: AbortSignal): Promise<FeedPage> {
    this.reads++;
    if (blockMs > 0 && this.#after(after).length === 0 && !this.isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal?.addEventListener('abort', () => resolve());
      });
    const numbers = this.#after(after);
    const hasGap = (numbers[0] ?? 0) > Number(after) + 1;
    return {
      items: numbers.map((n) => ({ position: String(n), frame: eventFrame(String(n), '0') })),
      hasGap,
      isOver: this.isOver,
    };
  }

  #after(after: string): number[] {
    return this.#size.filter((n) => n > Number(after) && n > this.trimmed).slice(0, 500);
  }
}

function feedOf(source: History, start = '0'): Feed {
  return new Feed({ source, start, blockMs: () => 1_000, onTrouble: () => {}, isFinal: () => false });
}

/** Text that the client gets, to the end of its stream. */
function readAll({ response }: EventStream): Promise<string> {
  return response.text();
}

function idsIn(text: string): number[] {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('a feed', () => {
  it('shows all of it to each client, in order, from where the client was', async () => {
    const history = new History();
    history.grow(3);
    const feed = feedOf(history);
    const clients = ['0', '2', '5'].map((position) => ({
      stream: new EventStream({ disconnect: () => {} }),
      position,
    }));
    const shown = clients.map((client) => feed.show(client));
    const texts = clients.map(({ stream }) => readAll(stream));
    void feed.run();
    history.grow(4, true);
    await Promise.all(shown);
    expect((await Promise.all(texts)).map(idsIn)).toEqual([upTo(7), [3, 4, 5, 6, 7], [6, 7]]);
  });

  it('reads once for a thousand clients', async () => {
    const history = new History();
    const feed = feedOf(history);
    const clients = upTo(1_000).map(() => ({
      stream: new EventStream({ disconnect: () => {} }),
      position: '0',
    }));
    const shown = clients.map((client) => feed.show(client));
    const texts = clients.map(({ stream }) => readAll(stream));
    void feed.run();
    history.grow(50, true);
    await Promise.all(shown);
    for (const text of await Promise.all(texts)) expect(idsIn(text)).toEqual(upTo(50));
    expect(history.reads).toBeLessThan(5);
  });

  it('says what is not there any more', async () => {
    const history = new History();
    history.grow(10, true);
    history.trimmed = 6;
    const feed = feedOf(history, '8');
    const client = { stream: new EventStream({ disconnect: () => {} }), position: '2' };
    const text = readAll(client.stream);
    void feed.run();
    await feed.show(client);
    expect(await text).toContain('event: gap\ndata: {"after":"2","next":"7"}');
    expect(idsIn(await text)).toEqual([7, 8, 9, 10]);
  });

  it('lets a client go that takes nothing, and keeps nothing for it', async () => {
    const history = new History();
    const feed = feedOf(history);
    let gone = 0;
    const stream = new EventStream({ disconnect: () => gone++, stalledMs: 20 });
    void feed.run();
    history.grow(5_000);
    const client = { stream, position: '0' };
    await feed.show(client);
    expect(stream.isClosed).toBe(true);
    expect(gone).toBe(1);
    expect(Number(client.position)).toBeLessThan(2_000);
    feed.stop();
  });

  it('ends for all when it is stopped', async () => {
    const history = new History();
    const feed = feedOf(history);
    void feed.run();
    const stream = new EventStream({ disconnect: () => {} });
    const shown = feed.show({ stream, position: '0' });
    feed.stop();
    await shown;
    expect(stream.isClosed).toBe(true);
  });
});
