/** Alerts for people: what fires now, and what was resolved of late. */
import { parseDocumentKey } from '../../core/actor.ts';
import type { Json } from '../../core/json.ts';
import { type Alert, isAlertField, readAlert } from '../../core/notification/alert.ts';
import {
  INSTALLATION,
  NOTIFICATIONS_PREFIX,
  parseNotificationsAddress,
} from '../../core/notification/notification.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { readAllActors } from './all-actors.ts';

export interface AlertView extends Alert {
  /** Null: of the installation, as queues and workers are. */
  readonly namespace: string | null;
  readonly workflow: string | null;
}

/** Those that fire first; among them, and among the others, the newest first. */
export async function readAlerts(
  store: Pick<ClientStore, 'readActors'>,
  shards: number,
): Promise<AlertView[]> {
  const found = await readAllActors(store, shards, NOTIFICATIONS_PREFIX);
  return found
    .flatMap(([key, json]) => viewOf(key, json))
    .sort((a, b) => rank(a) - rank(b) || b.since - a.since || (a.id < b.id ? -1 : 1));
}

const rank = ({ state }: Alert): number => (state === 'firing' ? 0 : 1);

function viewOf(key: string, json: string): AlertView[] {
  const { actor, field } = parseDocumentKey(key);
  const alert = isAlertField(field) ? readAlert(JSON.parse(json) as Json) : undefined;
  // Its beginning is still on its way.
  if (alert === undefined || alert.early !== undefined) return [];
  const { namespace, workflow } = parseNotificationsAddress(actor);
  return [
    workflow === INSTALLATION
      ? { ...alert, namespace: null, workflow: null }
      : { ...alert, namespace, workflow },
  ];
}
