/**
 * Posts: what a shard has to tell beyond itself. A post is stored in the outbox by the commit that decided it, delivered
 * after that commit, and removed by a later one: so it is delivered at least once, and its receiver takes it idempotently.
 */
import type { InboxMessage } from './message.ts';
import type { Notification } from './notification/notification.ts';
import type { RunHeader } from './run-header.ts';

export type Post =
  /** A message to a run or an actor, on whatever shard it lives. */
  | { readonly kind: 'message'; readonly message: InboxMessage }
  /** A run to be started; its plan is stored on the shard that posts it. Its id is derived, so a repeat is the same run. */
  | { readonly kind: 'start'; readonly header: RunRequest }
  /** An attempt at a delivery to somebody outside; how it went is told to the actor `to`. */
  | {
      readonly kind: 'delivery';
      readonly to: string;
      readonly attempt: number;
      readonly notification: Notification;
    };

/** A run's header as a starter gives it; the store adds the time. */
export type RunRequest = Omit<RunHeader, 'createdAt'>;
