/**
 * Blocking reads in Redis Cluster, where one command can't wait for streams of several slots: each stream is waited for on a
 * connection of its own, to the node that holds its slot. A wait that outlives the call which began it is taken up by the next
 * call for the same stream and place; so nothing has to be broken off. A node that doesn't answer holds up its own streams only.
 */
import type { Cluster, Redis } from 'ioredis';
import { readStreams, type StreamReply } from './blocking-pool.ts';
import type { StreamRead } from './blocking-read.ts';
import { createNodePool, type Node, nodeOf } from './cluster-nodes.ts';
import { endConnection } from './end-connection.ts';

export interface ClusterReads {
  /** Without a wait (`blockMs` 0) it rejects with what ioredis throws; a wait doesn't. */
  read(read: StreamRead): Promise<readonly StreamReply[]>;
  close(): void;
}

interface Wait {
  readonly done: Promise<void>;
  /** Undefined while it waits. */
  result: readonly StreamReply[] | undefined;
  settledAt: number;
}

/** Longest wait of one command, ms. A call that wants to wait longer waits again. */
const WAIT_MS = 1_000;
/** Pause after a node that failed, ms. */
const AFTER_TROUBLE_MS = 200;
/** How long the nodes that answer wait for those that do not, ms. */
const READ_PATIENCE_MS = 250;
/** A reply that nobody asked for again is forgotten, ms. */
const FORGET_MS = 10_000;

export function createClusterReads(
  cluster: Cluster,
  open: (node: Node) => Redis,
  report: (error: Error) => void,
): ClusterReads {
  const waits = new Map<string, Wait>();
  const pool = createNodePool(open);
  const closing = new AbortController();

  /** Nothing found and a node that failed look the same: the caller asks again anyway. */
  async function readOne(stream: string, after: string, read: StreamRead): Promise<readonly StreamReply[]> {
    const node = nodeOf(cluster, stream);
    if (node === undefined) return pause(closing.signal);
    const connection = pool.take(node);
    try {
      const limits = { count: read.count, blockMs: Math.min(read.blockMs, WAIT_MS) };
      const found = await readStreams({ redis: connection }, new Map([[stream, after]]), limits);
      pool.giveBack(node, connection);
      return found ?? [];
    } catch (thrown) {
      endConnection(connection);
      if (closing.signal.aborted) return [];
      report(thrown instanceof Error ? thrown : new Error(String(thrown)));
      // The slot may have moved.
      cluster.refreshSlotsCache();
      return pause(closing.signal);
    }
  }

  function waitFor(stream: string, after: string, read: StreamRead): Wait {
    const name = `${after} ${read.count} ${stream}`;
    const known = waits.get(name);
    if (known !== undefined && !isStale(known)) return known;
    const wait: Wait = {
      result: undefined,
      settledAt: 0,
      done: readOne(stream, after, read).then((result) => {
        wait.result = result;
        wait.settledAt = performance.now();
      }),
    };
    waits.set(name, wait);
    return wait;
  }

  function forgetOld(): void {
    const before = performance.now() - FORGET_MS;
    for (const [name, { result, settledAt }] of waits)
      if (result !== undefined && (settledAt < before || result.length === 0)) waits.delete(name);
  }

  async function readNow({ streams, count }: StreamRead): Promise<readonly StreamReply[]> {
    const found: StreamReply[] = [];
    const failures: unknown[] = [];
    const each = [...streams].map((stream) =>
      readStreams({ redis: cluster }, new Map([stream]), { count, blockMs: 0 }).then(
        (replies) => void found.push(...(replies ?? [])),
        (thrown: unknown) => void failures.push(thrown),
      ),
    );
    await atMost(READ_PATIENCE_MS, Promise.all(each));
    if (found.length === 0 && failures.length > 0) throw failures[0];
    // What comes later is left to the next call, which reads it again.
    return [...found];
  }

  async function waitForSome(given: StreamRead): Promise<readonly StreamReply[]> {
    const deadline = performance.now() + given.blockMs;
    for (;;) {
      const current = [...given.streams].map(([stream, after]) => waitFor(stream, after, given));
      const left = deadline - performance.now();
      await firstOf(current, Math.max(0, left), given.signal);
      const found = current.flatMap(({ result }) => result ?? []);
      forgetOld();
      const isOver = left <= 0 || given.signal?.aborted === true || closing.signal.aborted;
      if (found.length > 0 || isOver) return found;
    }
  }

  return {
    read: (given) => (given.blockMs > 0 ? waitForSome(given) : readNow(given)),
    close() {
      closing.abort();
      pool.close();
    },
  };
}

/** An empty answer is no news; one with entries is kept until its place in the stream is not asked for any more. */
function isStale({ result }: Wait): boolean {
  return result !== undefined && result.length === 0;
}

/** Resolves when one of them is done, when the time is over (but not before those that are done were seen), or on the signal. */
async function firstOf(waits: readonly Wait[], ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (waits.some(({ result }) => result !== undefined && result.length > 0)) return;
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
    timer = setTimeout(resolve, ms);
  });
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  await Promise.race([...waits.map(({ done }) => done), stopped]);
  signal?.removeEventListener('abort', stop);
  clearTimeout(timer);
}

async function atMost(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, over]);
  clearTimeout(timer);
}

async function pause(signal: AbortSignal): Promise<readonly StreamReply[]> {
  if (signal.aborted) return [];
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, AFTER_TROUBLE_MS);
    signal.addEventListener('abort', end, { once: true });
  });
  return [];
}
