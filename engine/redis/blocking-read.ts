/** Blocking reads of streams that end early when a signal aborts. */
import { Command } from 'ioredis';
import { type BlockingConnection, readStreams, type StreamReply } from './blocking-pool.ts';
import { type Connections, MAX_BLOCK_MS } from './connection.ts';
import { endConnection } from './end-connection.ts';

/** A wake-up stream that nobody reads any more is forgotten, ms. */
const WAKE_TTL_MS = 60_000;
/** Time for a wake-up to arrive (Redis may be frozen, or full), ms. */
const WAKE_PATIENCE_MS = 300;

export interface StreamRead {
  /** Key → id after which to read. */
  readonly streams: ReadonlyMap<string, string>;
  /** Entries of one stream. */
  readonly count: number;
  /** Longest wait, ms. */
  readonly blockMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Strings that are read right behind the entries, without another round trip. */
  readonly beside?: readonly string[];
}

export interface StreamsRead {
  readonly replies: readonly StreamReply[];
  /** Of `beside`, as they stood after the wait; undefined when they have to be read by themselves. */
  readonly values?: readonly (string | null)[];
}

const NOTHING: StreamsRead = { replies: [] };

/** New entries of the streams; none when the wait ends without. @throws SluiceError redis_unreachable, redis_refused. */
export async function readBlocking(
  connections: Connections,
  read: StreamRead,
): Promise<readonly StreamReply[]> {
  return (await readBlockingBeside(connections, read)).replies;
}

export async function readBlockingBeside(connections: Connections, read: StreamRead): Promise<StreamsRead> {
  if (read.streams.size === 0) return NOTHING;
  const { clusterReads, explain } = connections;
  if (clusterReads !== undefined) {
    const replies = await clusterReads.read(read).catch((thrown: unknown) => {
      throw explain(thrown);
    });
    return { replies };
  }
  return connections.blocking.use(async (connection) => {
    const wakeKey = connections.keys.wake(connection.name);
    let lastResort: NodeJS.Timeout | undefined;
    const wake = () => {
      lastResort = wakeUp(connections, connection, wakeKey);
    };
    read.signal?.addEventListener('abort', wake, { once: true });
    try {
      return await readUntilDeadline(connection, wakeKey, read);
    } catch (thrown) {
      if (read.signal?.aborted) return NOTHING;
      throw connections.explain(thrown);
    } finally {
      clearTimeout(lastResort);
      read.signal?.removeEventListener('abort', wake);
    }
  });
}

/** Waits a second at a time; also after a wake-up that came too late for the read it was meant for. */
async function readUntilDeadline(
  connection: BlockingConnection,
  wakeKey: string,
  read: StreamRead,
): Promise<StreamsRead> {
  const deadline = performance.now() + read.blockMs;
  for (;;) {
    const left = read.signal?.aborted ? 0 : Math.max(0, deadline - performance.now());
    const streams = new Map(read.streams).set(wakeKey, connection.wakeCursor);
    const limits = { count: read.count, blockMs: Math.min(left, MAX_BLOCK_MS) };
    // In one pipeline: Redis reads the values when the wait ends.
    const [entries, values] = await Promise.all([
      readStreams(connection, streams, limits),
      read.beside && readValues(connection, read.beside),
    ]);
    const replies = entries ?? [];
    const woken = replies.find(([key]) => key === wakeKey);
    connection.wakeCursor = woken?.[1].at(-1)?.[0] ?? connection.wakeCursor;
    const found = replies.filter(([key]) => key !== wakeKey);
    if (found.length > 0 || left === 0) return { replies: found, ...(values ? { values } : {}) };
  }
}

function readValues(
  { redis }: BlockingConnection,
  keys: readonly string[],
): Promise<readonly (string | null)[]> {
  const command = new Command('mget', [...keys], { replyEncoding: 'utf8' });
  return redis.sendCommand(command) as Promise<readonly (string | null)[]>;
}

/** Wakes the read in Redis. Where that cannot be done, its connection ends, and the pool drops it. */
function wakeUp(
  connections: Connections,
  connection: BlockingConnection,
  wakeKey: string,
): NodeJS.Timeout | undefined {
  if (connection.redis.status !== 'ready') {
    endConnection(connection.redis);
    return undefined;
  }
  connections.call('xadd', [wakeKey, 'MAXLEN', 1, '*', 'w', 1]).catch(() => {});
  connections.call('pexpire', [wakeKey, WAKE_TTL_MS]).catch(() => {});
  return setTimeout(() => endConnection(connection.redis), WAKE_PATIENCE_MS);
}
