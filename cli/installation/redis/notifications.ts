/** Notifications, tried again and tested by way of Redis. */
import { randomUUID } from 'node:crypto';
import { readAlerts } from '../../../engine/runtime/client/alert-view.ts';
import {
  type DeliveryView,
  readDeliveries,
  retryDeliveries,
  sendTest,
} from '../../../engine/runtime/client/notification-view.ts';
import { alertLineOf } from '../../../server/alert-line.ts';
import { notificationLineOf } from '../../../server/notification-line.ts';
import { channelLines } from '../../compose/channel-lines.ts';
import type { Engine } from '../../compose/engine.ts';
import { liveOrchestrators } from '../../compose/live-orchestrators.ts';
import { outcomesOf } from '../../compose/notifying.ts';
import { startOrchestrator } from '../../compose/roles.ts';
import type { Host } from '../../host.ts';
import type { Notifications } from '../notifications.ts';

/** For the answer to a request, ms. */
const ANSWER_MS = 5_000;

export function redisNotifications(host: Host, engine: Engine): Notifications {
  const { store, shards, clock } = engine;
  return {
    async list({ namespace, state, count }) {
      const all = (await readDeliveries(store, shards)).map(notificationLineOf);
      const found = all.filter(
        (line) => (namespace ?? line.namespace) === line.namespace && (state ?? line.state) === line.state,
      );
      return found.slice(0, count);
    },
    alerts: async () => (await readAlerts(store, shards)).map(alertLineOf),
    channels: async () => channelLines(host),
    retry: (id) =>
      whileDriven(host, engine, async () => {
        const wanted = chosen(await readDeliveries(store, shards), id);
        await retryDeliveries(store, wanted, { request: randomUUID(), waitMs: ANSWER_MS });
        return outcomesOf(
          engine,
          wanted.map(({ notification }) => notification.id),
        );
      }),
    test: (channels) =>
      whileDriven(host, engine, async () => {
        const asked = { request: randomUUID(), at: clock.now() };
        return outcomesOf(engine, await Promise.all(channels.map((name) => sendTest(store, name, asked))));
      }),
  };
}

function chosen(all: readonly DeliveryView[], id: string | undefined): readonly DeliveryView[] {
  return all.filter(({ state, notification }) =>
    id === undefined ? state === 'dead' : notification.id === id,
  );
}

/** This command delivers where nobody else does. */
async function whileDriven<T>(host: Host, engine: Engine, work: () => Promise<T>): Promise<T> {
  const isDriven = (await liveOrchestrators(engine)).length > 0;
  const own = isDriven ? undefined : await startOrchestrator(host, engine);
  try {
    return await work();
  } finally {
    await own?.stop(0);
  }
}
