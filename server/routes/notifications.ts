/** Notifications and channels. */
import {
  type DeliveryView,
  readDeliveries,
  retryDeliveries,
  sendTest,
} from '../../engine/runtime/client/notification-view.ts';
import { notificationLineOf } from '../notification-line.ts';
import {
  listAllNotifications,
  listChannels,
  listNotifications,
  retryNotification,
  testChannel,
} from '../operations/notifications.ts';
import type { ServerParts } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { route } from '../route.ts';

/** For the answer of who keeps it, ms. */
const ANSWER_MS = 5_000;

export const notificationRoutes = [
  route(listNotifications)(async ({ params: { namespace }, query }, parts) => ({
    body: { format: 1, notifications: await find(parts, query, (one) => one.namespace === namespace) },
  })),

  route(listAllNotifications)(async ({ query, may }, parts) => ({
    body: { format: 1, notifications: await find(parts, query, (one) => may('viewer', one.namespace)) },
  })),

  route(retryNotification)(async ({ params: { namespace, notification: id } }, parts) => {
    const { store, shards, newRequestId } = parts;
    const wanted = (await readDeliveries(store, shards)).filter(
      (one) => one.namespace === namespace && one.notification.id === id,
    );
    if (wanted.length === 0)
      throw new RequestFailure('not_found', `The namespace ${namespace} has no notification ${id}.`);
    await retryDeliveries(store, wanted, { request: newRequestId(), waitMs: ANSWER_MS });
    return { body: { format: 1, id } };
  }),

  route(listChannels)((_call, { channels }) => ({ body: { format: 1, ...channels() } })),

  route(testChannel)(async ({ params: { channel } }, { channels, store, clock, newRequestId }) => {
    const names = channels().channels.map(({ name }) => name);
    if (!names.includes(channel))
      throw new RequestFailure(
        'not_found',
        `There is no channel ${channel} (known here: ${names.join(', ') || 'none'}).`,
      );
    const id = await sendTest(store, channel, { request: newRequestId(), at: clock.now() });
    return { body: { format: 1, id } };
  }),
];

interface Asked {
  readonly state?: DeliveryView['state'] | undefined;
  readonly limit: number;
}

async function find(
  { store, shards }: ServerParts,
  { state, limit }: Asked,
  isSeen: (one: DeliveryView) => boolean,
) {
  const all = (await readDeliveries(store, shards)).filter(isSeen);
  return all
    .filter((one) => (state ?? one.state) === one.state)
    .slice(0, limit)
    .map(notificationLineOf);
}
