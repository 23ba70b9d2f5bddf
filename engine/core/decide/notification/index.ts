/**
 * The notifications of a workflow, and what fires about it: an actor that keeps each until it was delivered. A delivery is attempted by a post, whose
 * sender says how it went; it is tried again with growing pauses, and after the last lies there for a person to see.
 */
import type { Json } from '../../json.ts';
import type { ActorMessage } from '../../message.ts';
import {
  DELIVERY,
  type Delivery,
  LAST_END,
  type LastEnd,
  MAX_ATTEMPTS,
  readDelivery,
  retryDelayMs,
} from '../../notification/document.ts';
import { type DeliveryReply, readReplied, type Told } from '../../notification/message.ts';
import { parseNotificationsAddress } from '../../notification/notification.ts';
import type { ActorBehaviour } from '../actor/actor-behaviour.ts';
import type { Turn } from '../turn.ts';
import { alertOf, noteAlert, takeAlert, withAlert } from './alert.ts';
import { forgetOld } from './forget.ts';
import { FORGET_LOST, forgetLost, takeObserved } from './observed.ts';
import { HELD_MS, heldBy, waitsForBegin } from './order.ts';
import { closeLater, closeUnruled, UNRULED } from './unruled.ts';

/** Wakes the actor to try a delivery again; the notification's id follows. */
const AGAIN = 'again-';

export const NOTIFICATIONS: ActorBehaviour = {
  receive(turn, message) {
    RECEIVERS.get(message.name)?.(turn, message);
  },

  wake(turn, address, timer) {
    if (timer.startsWith(FORGET_LOST))
      return forgetLost(turn, address, timer, (told) => sendAll(turn, address, told));
    if (timer === UNRULED) return closeUnruled(turn, address);
    const delivery = deliveryOf(turn, address, timer.slice(AGAIN.length));
    if (delivery?.state === 'waiting') attemptInOrder(turn, address, delivery);
  },
};

const RECEIVERS: ReadonlyMap<string, (turn: Turn, message: ActorMessage) => void> = new Map([
  ['tell', takeTold],
  ['alert', (turn, message) => takeAlert(turn, message, (told) => sendAll(turn, message.to, told))],
  ['observed', (turn, message) => takeObserved(turn, message, (told) => sendAll(turn, message.to, told))],
  ['replied', takeReply],
  ['retry', retryDead],
  [UNRULED, (turn, message) => closeLater(turn, message.to)],
]);

function deliveryOf(turn: Turn, address: string, id: string): Delivery | undefined {
  return readDelivery(turn.actor(address).get(DELIVERY + id));
}

function save(turn: Turn, address: string, delivery: Delivery): void {
  turn.setDocument(address, DELIVERY + delivery.notification.id, delivery as unknown as Json);
}

/** New notifications; those that are known came twice. */
function takeTold(turn: Turn, { to, body }: ActorMessage): void {
  // Written by `tellMessage`.
  const told = body['notifications'] as unknown as readonly Told[];
  const end = body['end'] as unknown as LastEnd | undefined;
  const { isFirst, isRecovered } = end ? noteEnd(turn, to, end) : NO_END;
  const failing = alertOf(turn, to, 'failure', parseNotificationsAddress(to).workflow);
  const wanted = told.filter((one) => (isFirst || !one.onlyIfFirst) && (isRecovered || !one.onlyIfRecovered));
  for (const one of wanted) {
    const isOfAlert = failing !== undefined && (one.onlyIfFirst || one.onlyIfRecovered);
    sendAll(turn, to, isOfAlert ? withAlert([one], failing) : [one]);
  }
}

function sendAll(turn: Turn, address: string, told: readonly Told[]): void {
  for (const { onlyIfRecovered, onlyIfFirst, ...notification } of told) {
    if (deliveryOf(turn, address, notification.id)) continue;
    attemptInOrder(turn, address, {
      notification,
      state: 'waiting',
      attempt: 0,
      createdAt: turn.now,
      changedAt: turn.now,
    });
  }
  forgetOld(turn, address);
}

const NO_END = { isFirst: false, isRecovered: false };

/** The end of a run, by which the workflow may begin to fail, or recover. */
function noteEnd(turn: Turn, address: string, end: LastEnd): { isFirst: boolean; isRecovered: boolean } {
  const subject = parseNotificationsAddress(address).workflow;
  const last = turn.actor(address).get(LAST_END) as unknown as LastEnd | undefined;
  const isOld = last !== undefined && end.at < last.at;
  const wasFailing = alertOf(turn, address, 'failure', subject)?.state === 'firing';
  const isRecovered = hasRecovered(turn, address, end);
  const isNew = last?.run !== end.run || last.at !== end.at;
  if (
    isNew &&
    !isOld &&
    (end.status === 'failed' ? end.alert !== undefined : end.status === 'succeeded' && wasFailing)
  ) {
    const state = end.status === 'failed' ? 'firing' : 'resolved';
    const news = {
      rule: 'failure',
      subject,
      state,
      since: end.at,
      at: end.at,
      summary: end.alert ?? '',
      run: end.run,
    } as const;
    noteAlert(turn, address, { news, told: [], tell: () => {} });
    // Whose rule it was may be another orchestrator, of former settings.
    closeLater(turn, address);
  }
  return { isFirst: !wasFailing, isRecovered };
}

/** Whether it is the first success after a failure. An end that came twice is the last one that was noted. */
function hasRecovered(turn: Turn, address: string, end: LastEnd): boolean {
  const last = turn.actor(address).get(LAST_END) as unknown as LastEnd | undefined;
  if (last?.run === end.run && last.at === end.at) return false;
  const { run, status, at } = end;
  if (status === 'succeeded' || status === 'failed') turn.setDocument(address, LAST_END, { run, status, at });
  return end.status === 'succeeded' && last?.status === 'failed';
}

/** At once, or after what must come before it. */
function attemptInOrder(turn: Turn, address: string, delivery: Delivery): void {
  if (!waitsForBegin(turn, address, delivery.notification)) return attempt(turn, address, delivery);
  const nextAt = turn.now + HELD_MS;
  save(turn, address, { ...delivery, nextAt });
  turn.setActorTimer(address, AGAIN + delivery.notification.id, nextAt);
}

function release(turn: Turn, address: string, begin: Delivery): void {
  for (const held of heldBy(turn, address, begin.notification)) {
    turn.removeActorTimer(address, AGAIN + held.notification.id);
    attempt(turn, address, held);
  }
}

function attempt(turn: Turn, address: string, delivery: Delivery): void {
  const { nextAt, ...kept } = delivery;
  const next: Delivery = {
    ...kept,
    state: 'sending',
    attempt: delivery.attempt + 1,
    changedAt: turn.now,
  };
  save(turn, address, next);
  turn.post({ kind: 'delivery', to: address, attempt: next.attempt, notification: next.notification });
}

/** How an attempt went. Of another attempt than the one at hand it is an old story. */
function takeReply(turn: Turn, { to, body }: ActorMessage): void {
  const replied = readReplied(body);
  const delivery = replied && deliveryOf(turn, to, replied.id);
  if (delivery?.state !== 'sending' || delivery.attempt !== replied?.attempt) return;
  if (replied.reply.kind === 'failed') return fail(turn, to, { delivery, reply: replied.reply });
  const { error, ...rest } = delivery;
  save(turn, to, { ...rest, state: 'delivered', changedAt: turn.now });
  release(turn, to, delivery);
  forgetOld(turn, to);
}

interface Failed {
  readonly delivery: Delivery;
  readonly reply: Extract<DeliveryReply, { kind: 'failed' }>;
}

function fail(turn: Turn, address: string, { delivery, reply }: Failed): void {
  const { error, isFinal, retryAfterMs } = reply;
  const failed = delivery.attempt - (delivery.before ?? 0);
  const changed = { ...delivery, error, changedAt: turn.now };
  if (isFinal || failed >= MAX_ATTEMPTS) {
    save(turn, address, { ...changed, state: 'dead' });
    return release(turn, address, delivery);
  }
  const nextAt = turn.now + retryDelayMs(failed, retryAfterMs);
  save(turn, address, { ...changed, state: 'waiting', nextAt });
  turn.setActorTimer(address, AGAIN + delivery.notification.id, nextAt);
}

/** `{id}`: one that waits or was given up is tried now; without `id`, all that were given up. */
function retryDead(turn: Turn, message: ActorMessage): void {
  const { to, body } = message;
  const { id } = body;
  const wanted = [...turn.actor(to)].flatMap(([field, value]) => {
    const delivery = field.startsWith(DELIVERY) ? readDelivery(value) : undefined;
    if (!delivery) return [];
    const isMeant =
      id === undefined
        ? delivery.state === 'dead'
        : delivery.notification.id === id && delivery.state !== 'sending';
    return isMeant ? [delivery] : [];
  });
  for (const delivery of wanted) {
    if (delivery.state === 'waiting') turn.removeActorTimer(to, AGAIN + delivery.notification.id);
    attempt(turn, to, { ...delivery, before: delivery.attempt });
  }
  turn.answer(message, { ok: true, retried: wanted.map(({ notification }) => notification.id) });
}
