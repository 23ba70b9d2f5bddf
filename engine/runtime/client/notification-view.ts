/** Notifications for people: what was delivered, what waits, what was given up; trying again, and sending a test. */
import { parseDocumentKey } from '../../core/actor.ts';
import type { Json } from '../../core/json.ts';
import { DELIVERY, type Delivery, readDelivery } from '../../core/notification/document.ts';
import { tellMessage } from '../../core/notification/message.ts';
import {
  INSTALLATION,
  NOTIFICATIONS_PREFIX,
  notificationId,
  notificationsAddress,
  parseNotificationsAddress,
} from '../../core/notification/notification.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { readAllActors } from './all-actors.ts';
import { askActor } from './ask-actor.ts';

export interface DeliveryView extends Delivery {
  readonly address: string;
  readonly namespace: string;
  /** `-`: of no workflow. */
  readonly workflow: string;
}

/** All deliveries that are remembered, newest first. */
export async function readDeliveries(
  store: Pick<ClientStore, 'readActors'>,
  shards: number,
): Promise<DeliveryView[]> {
  const found = await readAllActors(store, shards, NOTIFICATIONS_PREFIX);
  return found
    .flatMap(([key, json]) => viewOf(key, json))
    .sort((a, b) => b.createdAt - a.createdAt || (a.notification.id < b.notification.id ? -1 : 1));
}

function viewOf(key: string, json: string): DeliveryView[] {
  const { actor: address, field } = parseDocumentKey(key);
  if (!field.startsWith(DELIVERY)) return [];
  const delivery = readDelivery(JSON.parse(json) as Json);
  return delivery ? [{ ...delivery, address, ...parseNotificationsAddress(address) }] : [];
}

export interface Asking {
  readonly request: string;
  /** How long an answer may take, ms; 0: do not wait for it. */
  readonly waitMs: number;
}

/** Tries these again, now. @throws SluiceError no_answer */
export async function retryDeliveries(
  store: Pick<ClientStore, 'send' | 'readAnswer'>,
  deliveries: readonly DeliveryView[],
  { request, waitMs }: Asking,
): Promise<void> {
  for (const { address: to, notification } of deliveries) {
    const { id } = notification;
    const message = { type: 'actor', to, name: 'retry', body: { id }, request: `${request}-${id}` } as const;
    await askActor(store, message, waitMs);
  }
}

/** Sends a test by a channel; answers its id, under which it is listed. */
export async function sendTest(
  store: Pick<ClientStore, 'send'>,
  channel: string,
  { request, at }: { readonly request: string; readonly at: number },
): Promise<string> {
  const id = notificationId('test', channel, request);
  const text = `Sluice: a test of the channel ${channel}. Nothing has happened.`;
  const target = { kind: 'channel', channel } as const;
  const test = { id, namespace: 'default', type: 'test', target, at, text, data: {}, secrets: [] } as const;
  await store.send([tellMessage(notificationsAddress('default', INSTALLATION), [test])]);
  return id;
}
