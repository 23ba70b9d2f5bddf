/** Reads the inboxes of all owned shards at once, on one blocking connection. */
import { isJsonObject } from '../core/json.ts';
import type { InboxMessage } from '../core/message.ts';
import type { InboxBatch, InboxEntry } from '../ports/shard-store.ts';
import type { StreamEntry } from './blocking-pool.ts';
import { readBlocking } from './blocking-read.ts';
import type { StoreContext } from './store-context.ts';

export interface InboxRead {
  readonly cursors: ReadonlyMap<number, string>;
  readonly limit: number;
  readonly blockMs: number;
  readonly signal: AbortSignal | undefined;
}

export async function readInboxes(context: StoreContext, read: InboxRead): Promise<readonly InboxBatch[]> {
  const shards = new Map([...read.cursors.keys()].map((shard) => [context.keys.inbox(shard), shard]));
  const streams = new Map([...shards].map(([key, shard]) => [key, read.cursors.get(shard) ?? '0-0']));
  const { limit: count, blockMs, signal } = read;
  const replies = await readBlocking(context.connections, { streams, count, blockMs, signal });
  return replies.flatMap(([key, entries]) => {
    const shard = shards.get(key);
    return shard === undefined
      ? []
      : [{ shard, entries: entries.flatMap((entry) => toEntry(context, entry)) }];
  });
}

/** What is no message at all (written by something else than Sluice) must not stop the shard: it is passed over. */
function toEntry(context: StoreContext, [id, fields]: StreamEntry): InboxEntry[] {
  const message = parseMessage(fields[1]);
  if (message !== undefined) return [{ id, message }];
  context.connections.logger.error('inbox entry is no message; it is ignored', {
    id,
    entry: fields.join(' ').slice(0, 200),
  });
  return [];
}

function parseMessage(text: string | undefined): InboxMessage | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    const fits = isJsonObject(parsed) && typeof parsed.type === 'string' && typeof parsed.run === 'string';
    return fits ? (parsed as unknown as InboxMessage) : undefined;
  } catch {
    return undefined;
  }
}
