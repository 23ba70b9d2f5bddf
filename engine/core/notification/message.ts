/** What is said to the notifications of a workflow. Each message may come twice, and late. */
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { ActorMessage } from '../message.ts';
import type { AlertNews } from './alert.ts';
import type { LastEnd } from './document.ts';
import type { Notification } from './notification.ts';

/** One that is told only if it holds when it arrives: the run before failed. */
export interface Told extends Notification {
  readonly onlyIfRecovered?: boolean;
  /** Told only of the failure with which the workflow begins to fail. */
  readonly onlyIfFirst?: boolean;
}

/** `tell`: notifications of one moment, and the end of a run if that is what they tell of. */
export function tellMessage(to: string, notifications: readonly Told[], end?: LastEnd): ActorMessage {
  const body = { notifications: notifications as unknown as Json, ...(end ? { end: { ...end } } : {}) };
  return { type: 'actor', to, name: 'tell', body };
}

/** `alert`: something is wrong, or over, and what is told of that. */
export function alertMessage(to: string, news: AlertNews, notifications: readonly Told[]): ActorMessage {
  const body = { alert: { ...news } as unknown as Json, notifications: notifications as unknown as Json };
  return { type: 'actor', to, name: 'alert', body };
}

/** How an attempt at a delivery ended. */
export type DeliveryReply =
  | { readonly kind: 'delivered' }
  /** `isFinal`: another attempt could not change it. */
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly isFinal?: boolean;
      readonly retryAfterMs?: number;
    };

export function repliedMessage(to: string, id: string, attempt: number, reply: DeliveryReply): ActorMessage {
  return { type: 'actor', to, name: 'replied', body: { id, attempt, reply: { ...reply } } };
}

export interface Replied {
  readonly id: string;
  readonly attempt: number;
  readonly reply: DeliveryReply;
}

/** Undefined for what was not made by `repliedMessage`. */
export function readReplied({ id, attempt, reply }: JsonObject): Replied | undefined {
  if (typeof id !== 'string' || typeof attempt !== 'number' || !isJsonObject(reply)) return undefined;
  if (reply['kind'] === 'delivered') return { id, attempt, reply: { kind: 'delivered' } };
  const { error, isFinal, retryAfterMs } = reply;
  return {
    id,
    attempt,
    reply: {
      kind: 'failed',
      error: typeof error === 'string' ? error.slice(0, 1_000) : 'unknown',
      isFinal: isFinal === true,
      ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    },
  };
}
