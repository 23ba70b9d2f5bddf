/** What an attempt writes, as a feed: by line numbers, until the attempt is over. */
import { RECORD_BYTES, unpackRecord } from '../../engine/core/node-record.ts';
import { isRunEnded, type NodeState } from '../../engine/core/node-state.ts';
import type { LogLine, LogName, LogStore } from '../../engine/ports/log-store.ts';
import type { ShardStore } from '../../engine/ports/shard-store.ts';
import type { Client } from '../../engine/runtime/client/client.ts';
import { eventFrame } from './event-stream.ts';
import type { FeedPage, FeedSource } from './feed.ts';

/** Lines read at once. */
const PAGE = 500;
/** Between two looks at whether the attempt is over, ms. */
const LOOK_MS = 1_000;

export interface LogSourceOptions {
  readonly client: Pick<Client, 'header'>;
  readonly store: Pick<ShardStore, 'readRecords'>;
  readonly logs: Pick<LogStore, 'read'>;
  readonly log: LogName;
  readonly now: () => number;
}

/** Of the attempt that its node has come to. */
const AT_WORK: ReadonlySet<NodeState> = new Set(['queued', 'running']);

export class LogSource implements FeedSource {
  readonly #options: LogSourceOptions;
  #isOver = false;
  #lookAt = 0;

  constructor(options: LogSourceOptions) {
    this.#options = options;
  }

  isAfter(position: string, other: string): boolean {
    return Number(position) > Number(other);
  }

  /** Does not wait: a log store cannot. */
  async read(after: string): Promise<FeedPage> {
    const { logs, log } = this.#options;
    const wasOver = this.#isOver;
    const lines = await logs.read(log, after, PAGE);
    const isLast = lines.length < PAGE;
    // Lines are stored before the end that they belong to: those that follow the look are all that there will be.
    if (isLast && !wasOver) await this.#look();
    const first = Number(lines[0]?.id ?? Number(after) + 1);
    return {
      items: lines.map((line) => ({ position: line.id, frame: frameOf(line) })),
      hasGap: first > Number(after) + 1,
      isOver: isLast && wasOver,
    };
  }

  async #look(): Promise<void> {
    const { now } = this.#options;
    if (now() < this.#lookAt) return;
    this.#lookAt = now() + LOOK_MS;
    this.#isOver = await isAttemptOver(this.#options);
  }
}

/** Whether nothing more will be written. A run that was taken up again goes on with later attempts. @throws SluiceError run_not_found */
export async function isAttemptOver({
  client,
  store,
  log: { run, node, attempt },
}: Pick<LogSourceOptions, 'client' | 'store' | 'log'>): Promise<boolean> {
  if (isRunEnded((await client.header(run)).status)) return true;
  const records = await store.readRecords(run, node + 1);
  if (records.length < (node + 1) * RECORD_BYTES) return false;
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const record = unpackRecord(view, node * RECORD_BYTES, 0);
  return record.attempt > attempt || (record.attempt === attempt && !AT_WORK.has(record.state));
}

function frameOf({ id, at, stream, text }: LogLine): Uint8Array {
  return eventFrame(id, JSON.stringify({ id, at: new Date(at).toISOString(), stream, text }));
}
