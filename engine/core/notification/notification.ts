/**
 * A notification: what is told to somebody outside, as it is sent. Made by the decision that it tells of, with all texts
 * resolved; secrets stand in it by their names only, and are looked up by whoever sends it.
 */
import type { ActorAddress } from '../actor.ts';
import { actorAddress, actorParts } from '../actor.ts';
import type { JsonObject } from '../json.ts';
import { derivedRunId } from '../run-id.ts';

/** What is told of. What a callback or a webhook gets as `type`. */
export const NOTIFICATION_TYPES = [
  'run.succeeded',
  'run.failed',
  'run.cancelled',
  'run.recovered',
  'run.late',
  'node.succeeded',
  'node.failed',
  'node.retrying',
  'node.overdue',
  'alert.firing',
  'alert.resolved',
  'message',
  'test',
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

export type NotificationTarget =
  /** A channel of the installation, by its name. */
  | { readonly kind: 'channel'; readonly channel: string }
  /** `callback` of a workflow. */
  | { readonly kind: 'callback'; readonly url: string; readonly secret?: string };

export interface Notification {
  /** The same however often it is sent, so that its receiver can tell a repeat. */
  readonly id: string;
  readonly namespace: string;
  readonly type: NotificationType;
  readonly target: NotificationTarget;
  /** When what it tells of happened, ms since 1970. */
  readonly at: number;
  /** One or a few lines for people. */
  readonly text: string;
  /** For programs. */
  readonly data: JsonObject;
  /** Names of the secrets that the workflow may use: their values are masked before it is sent. */
  readonly secrets: readonly string[];
}

/** Where the notifications of one workflow live: their order, retries and history. `workflow` '-' is the installation. */
export function notificationsAddress(namespace: string, workflow: string): ActorAddress {
  return actorAddress('notifications', namespace, workflow);
}

export const NOTIFICATIONS_PREFIX = 'notifications/';

/** What is told of beside workflows. No workflow can have this name. */
export const INSTALLATION = '-';

export function parseNotificationsAddress(address: string): {
  readonly namespace: string;
  readonly workflow: string;
} {
  const [namespace = '', workflow = ''] = actorParts(address);
  return { namespace, workflow };
}

export function notificationId(...parts: readonly string[]): string {
  return `msg_${derivedRunId('notification', ...parts)}`;
}
