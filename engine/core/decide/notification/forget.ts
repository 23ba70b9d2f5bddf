/** What the notifications of a workflow forget: what was delivered, given up or resolved long ago. What is to be sent, or fires, is never forgotten. */
import { isAlertField, readAlert } from '../../notification/alert.ts';
import { DELIVERY, type Delivery, readDelivery } from '../../notification/document.ts';
import type { Turn } from '../turn.ts';

const DAY = 24 * 60 * 60_000;
/** How long each is shown, ms. */
const KEPT_MS = { delivered: 7 * DAY, dead: 30 * DAY } as const;
/** How many are shown. */
const KEPT = { delivered: 50, dead: 500 } as const;
/** The same notification may be told once more for as long as this: its first delivery must be remembered, ms. */
const MAY_COME_TWICE_MS = 10 * 60_000;

export function forgetOld(turn: Turn, address: string): void {
  for (const state of ['delivered', 'dead'] as const) {
    const ended = deliveriesIn(turn, address, state);
    if (ended.length === 0) continue;
    ended.sort((a, b) => b.changedAt - a.changedAt);
    for (const [place, { notification, changedAt }] of ended.entries()) {
      const age = turn.now - changedAt;
      const isOver = age > KEPT_MS[state] || (place >= KEPT[state] && age > MAY_COME_TWICE_MS);
      if (isOver) turn.removeDocument(address, DELIVERY + notification.id);
    }
  }
  forgetResolved(turn, address);
}

function forgetResolved(turn: Turn, address: string): void {
  const resolved = [...turn.actor(address)].flatMap(([field, value]) => {
    const alert = isAlertField(field) ? readAlert(value) : undefined;
    return alert?.state === 'resolved' ? [{ field, at: alert.resolvedAt ?? 0 }] : [];
  });
  resolved.sort((a, b) => b.at - a.at);
  for (const [place, { field, at }] of resolved.entries()) {
    const age = turn.now - at;
    if (age > KEPT_MS.delivered || (place >= KEPT.delivered && age > MAY_COME_TWICE_MS))
      turn.removeDocument(address, field);
  }
}

function deliveriesIn(turn: Turn, address: string, state: Delivery['state']): Delivery[] {
  return [...turn.actor(address)].flatMap(([field, value]) => {
    const delivery = field.startsWith(DELIVERY) ? readDelivery(value) : undefined;
    return delivery?.state === state ? [delivery] : [];
  });
}
