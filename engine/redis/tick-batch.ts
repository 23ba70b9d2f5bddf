/**
 * Calls of one tick to the same shard travel as one script call. A batch leaves when the current turn of the event loop has
 * run all that is ready (`process.nextTick`), so a lone call is not delayed, and a burst of replies becomes one batch.
 */
export interface TickBatch<Item, Reply> {
  /** Resolves with the item's own reply; all items of a batch reject together. */
  add(shard: number, item: Item): Promise<Reply>;
  /** Sends now what waits for the shard, so that a later call of another kind stays behind it. */
  flush(shard: number): void;
}

export interface TickBatchOptions<Item, Reply> {
  /** Sends the items at once; one reply per item, in order. */
  readonly send: (shard: number, items: readonly Item[]) => Promise<readonly Reply[]>;
  /** A batch leaves early at this many items … */
  readonly maxItems: number;
  /** … or when their sizes add up to this. */
  readonly maxSize: number;
  readonly sizeOf: (item: Item) => number;
}

interface Waiting<Item, Reply> {
  readonly items: Item[];
  readonly settled: { readonly resolve: (reply: Reply) => void; readonly reject: (error: unknown) => void }[];
  size: number;
}

export function createTickBatch<Item, Reply>(options: TickBatchOptions<Item, Reply>): TickBatch<Item, Reply> {
  const waiting = new Map<number, Waiting<Item, Reply>>();
  const flush = (shard: number) => {
    const batch = waiting.get(shard);
    if (batch === undefined) return;
    waiting.delete(shard);
    deliver(options.send(shard, batch.items), batch);
  };
  const flushAll = () => {
    for (const shard of [...waiting.keys()]) flush(shard);
  };
  const open = (shard: number) => {
    if (waiting.size === 0) process.nextTick(flushAll);
    const batch: Waiting<Item, Reply> = { items: [], settled: [], size: 0 };
    waiting.set(shard, batch);
    return batch;
  };
  return {
    flush,
    add(shard, item) {
      const batch = waiting.get(shard) ?? open(shard);
      return new Promise<Reply>((resolve, reject) => {
        batch.items.push(item);
        batch.settled.push({ resolve, reject });
        batch.size += options.sizeOf(item);
        if (batch.items.length >= options.maxItems || batch.size >= options.maxSize) flush(shard);
      });
    },
  };
}

function deliver<Item, Reply>(replies: Promise<readonly Reply[]>, batch: Waiting<Item, Reply>): void {
  const rejectAll = (error: unknown) => {
    for (const { reject } of batch.settled) reject(error);
  };
  replies.then((answers) => {
    batch.settled.forEach(({ resolve, reject }, at) => {
      const answer = answers[at];
      if (answer === undefined)
        reject(new RangeError(`batch of ${batch.items.length} got ${answers.length} replies`));
      else resolve(answer);
    });
  }, rejectAll);
}
