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
      : [{ shard, entries: entries.flatMap((entry) => toEntries(context, entry)) }];
  });
}

/** Stands where something is passed over, so that the cursor moves on and it is not read again and again. No run has this id. */
const NO_MESSAGE: InboxMessage = { type: 'start', run: '' };

/**
 * An entry holds one message, or a list of them that take effect together; those share its id. What is no message at all
 * (written by something else than Sluice) must not stop the shard: it is passed over.
 */
function toEntries(context: StoreContext, [id, fields]: StreamEntry): InboxEntry[] {
  const messages = parseMessages(fields[1]);
  if (messages !== undefined) return messages.map((message) => ({ id, message }));
  context.connections.logger.error('inbox entry is no message; it is ignored', {
    id,
    entry: fields.join(' ').slice(0, 200),
  });
  return [{ id, message: NO_MESSAGE }];
}

function parseMessages(text: string | undefined): InboxMessage[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    return list.every(isMessage) ? [...list] : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is InboxMessage {
  if (!isJsonObject(value)) return false;
  const to = value['type'] === 'actor' ? value['to'] : value['run'];
  return typeof value['type'] === 'string' && typeof to === 'string';
}
