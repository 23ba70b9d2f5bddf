/** Notifications and channels, through a server. */
import { setTimeout as pause } from 'node:timers/promises';
import type { NotificationLine } from '../../../server/contract/notifications.ts';
import { DELIVERY_STATES } from '../../../server/contract/notifications.ts';
import { listAlerts } from '../../../server/operations/alerts.ts';
import {
  listAllNotifications,
  listChannels,
  listNotifications,
  retryNotification,
  testChannel,
} from '../../../server/operations/notifications.ts';
import type { Delivered, NotificationFilter, Notifications } from '../notifications.ts';
import type { ServerApi } from './api.ts';

const MAX_LISTED = 1_000;
/** Longer than one attempt may take, ms. */
const WAIT_MS = 20_000;
const LOOK_MS = 200;

export function serverNotifications(api: ServerApi): Notifications {
  return {
    list: (filter) => list(api, filter),
    alerts: async () => (await api.read(listAlerts)).alerts,
    async channels() {
      const { channels, alerts } = await api.read(listChannels);
      return { channels, alerts };
    },
    async retry(id) {
      const all = await list(api, { count: MAX_LISTED });
      const wanted = all.filter((one) => (id === undefined ? one.state === 'dead' : one.id === id));
      for (const { namespace, id: notification } of wanted)
        await api.read(retryNotification, { params: { namespace, notification }, body: {} });
      return outcomesOf(
        api,
        wanted.map((one) => one.id),
      );
    },
    async test(channels) {
      const ids: string[] = [];
      for (const channel of channels)
        ids.push((await api.read(testChannel, { params: { channel }, body: {} })).id);
      return outcomesOf(api, ids);
    },
  };
}

async function list(
  api: ServerApi,
  { namespace, state, count }: NotificationFilter,
): Promise<readonly NotificationLine[]> {
  const known = DELIVERY_STATES.find((one) => one === state);
  // There are none in a state that there is not.
  if (state !== undefined && known === undefined) return [];
  const query = {
    limit: String(Math.min(count, MAX_LISTED)),
    ...(known === undefined ? {} : { state: known }),
  };
  const found =
    namespace === undefined
      ? await api.read(listAllNotifications, { query })
      : await api.read(listNotifications, { params: { namespace }, query });
  return found.notifications;
}

async function outcomesOf(api: ServerApi, ids: readonly string[]): Promise<readonly Delivered[]> {
  const until = performance.now() + WAIT_MS;
  const outcomes: Delivered[] = [];
  for (const id of ids) outcomes.push({ id, problem: await problemOf(api, id, until) });
  return outcomes;
}

/** Undefined: delivered. */
async function problemOf(api: ServerApi, id: string, until: number): Promise<string | undefined> {
  for (; performance.now() < until; await pause(LOOK_MS)) {
    const found = (await list(api, { count: MAX_LISTED })).find((one) => one.id === id);
    if (found?.state === 'delivered') return undefined;
    if (found?.state === 'dead' || found?.state === 'waiting') return found.error ?? 'no reason is known';
  }
  return `no orchestrator has tried it within ${WAIT_MS / 1_000} s`;
}
