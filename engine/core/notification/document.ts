/** What the notifications of a workflow remember: each delivery with its state, and how its last run ended. */
import type { Json } from '../json.ts';
import type { Notification } from './notification.ts';

/** Begins the names of documents of deliveries; the notification's id follows. */
export const DELIVERY = 'd:';
/** Document: how the last run of the workflow ended. */
export const LAST_END = 'last';

export type DeliveryState =
  /** With whoever owns the shard. */
  | 'sending'
  /** Failed, and tried again at `nextAt`. */
  | 'waiting'
  | 'delivered'
  /** Failed for good: only a person tries again. */
  | 'dead';

export interface Delivery {
  readonly notification: Notification;
  readonly state: DeliveryState;
  /** Number of the attempt at hand, or of the last one. Counts on when a person tries again. */
  readonly attempt: number;
  /** Attempts before the last time that a person tried again. */
  readonly before?: number;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly nextAt?: number;
  /** Why the last attempt failed. */
  readonly error?: string;
}

export interface LastEnd {
  readonly run: string;
  readonly status: string;
  readonly at: number;
  /** Of a run whose failure is an alert, if it failed: what is wrong. */
  readonly alert?: string;
}

/** Documents have the form that their actor wrote them in. */
export function readDelivery(value: Json | undefined): Delivery | undefined {
  return value as unknown as Delivery | undefined;
}

/** Attempts before a delivery is given up: over two days with DELAYS_MS. */
export const MAX_ATTEMPTS = 12;

const MINUTE = 60_000;
/** Pauses after the first attempts, ms; the last holds for all that follow. */
const DELAYS_MS = [5_000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * 60 * MINUTE, 6 * 60 * MINUTE];

/** Between an attempt that failed and the next, ms. What the receiver asks for counts if it is longer, up to a day. */
export function retryDelayMs(failed: number, askedMs = 0): number {
  const own = DELAYS_MS[Math.min(failed, DELAYS_MS.length) - 1] ?? 5_000;
  return Math.max(own, Math.min(askedMs, 24 * 60 * MINUTE));
}
