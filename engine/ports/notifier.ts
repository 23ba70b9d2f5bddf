/**
 * Takes notifications to where people and programs read them. Adapter: notifications/. At least once: a delivery may be asked
 * for again under the same id after it has worked, so receivers are given the id.
 */
import type { DeliveryReply } from '../core/notification/message.ts';
import type { Notification } from '../core/notification/notification.ts';

export interface Notifier {
  /** Attempts one delivery and answers how it went; ends by itself within its own time limit. Never throws. */
  deliver(notification: Notification): Promise<DeliveryReply>;
  /** Ends connections that it keeps. */
  close?(): Promise<void>;
}
