/** A notification as programs get it: the same document by webhook, callback, Kafka and Redis. */
import type { Notification } from '../engine/core/notification/notification.ts';

export function payloadOf({ id, type, at, text, data }: Notification): string {
  return JSON.stringify({ id, type, timestamp: new Date(at).toISOString(), text, data });
}
