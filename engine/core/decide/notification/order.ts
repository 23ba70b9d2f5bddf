/**
 * In which order deliveries are made: what tells that an alert is over waits for what told the same receiver of its begin, until that was
 * delivered or given up. A program that got them the other way round would hold an alert open for ever. All else waits for nothing.
 */
import { isJsonObject } from '../../json.ts';
import { DELIVERY, type Delivery, readDelivery } from '../../notification/document.ts';
import type { Notification } from '../../notification/notification.ts';
import type { Turn } from '../turn.ts';

/** An owner of a former version knows no order, and tries again after this, ms. */
export const HELD_MS = 10 * 60_000;

/** Whether the begin of the same alert has yet to reach the same receiver. */
export function waitsForBegin(turn: Turn, address: string, notification: Notification): boolean {
  return (
    momentOf(notification)?.state === 'resolved' &&
    pendingOf(turn, address, notification, 'firing').length > 0
  );
}

/** What waited for this one, which was delivered or given up. */
export function heldBy(turn: Turn, address: string, begin: Notification): Delivery[] {
  if (momentOf(begin)?.state !== 'firing' || pendingOf(turn, address, begin, 'firing').length > 0) return [];
  return pendingOf(turn, address, begin, 'resolved').filter(
    ({ state, attempt }) => state === 'waiting' && attempt === 0,
  );
}

/** Of the same alert, to the same receiver, neither delivered nor given up. */
function pendingOf(turn: Turn, address: string, like: Notification, state: string): Delivery[] {
  const alert = momentOf(like)?.id;
  const target = JSON.stringify(like.target);
  return [...turn.actor(address)].flatMap(([field, value]) => {
    const delivery = field.startsWith(DELIVERY) ? readDelivery(value) : undefined;
    if (!delivery || (delivery.state !== 'sending' && delivery.state !== 'waiting')) return [];
    const moment = momentOf(delivery.notification);
    const isMeant = moment?.id === alert && moment?.state === state;
    return isMeant && JSON.stringify(delivery.notification.target) === target ? [delivery] : [];
  });
}

function momentOf({ data }: Notification): { readonly id: string; readonly state: string } | undefined {
  const alert = data['alert'];
  if (!isJsonObject(alert)) return undefined;
  const { id, state } = alert;
  return typeof id === 'string' && typeof state === 'string' ? { id, state } : undefined;
}
