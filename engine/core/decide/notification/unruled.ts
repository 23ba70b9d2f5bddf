/**
 * Failing workflows that no rule asks for any more: nobody is told of the success that would end the alert, so it is closed without
 * one. Not at once: an orchestrator that is being replaced, or one of another installation's settings, may know other rules for a moment.
 */
import type { ActorState } from '../../actor.ts';
import type { ActorMessage } from '../../message.ts';
import { type Alert, alertField, readAlert } from '../../notification/alert.ts';
import { NOTIFICATIONS_PREFIX, parseNotificationsAddress } from '../../notification/notification.ts';
import type { ShardFacts } from '../shard-facts.ts';
import type { Turn } from '../turn.ts';
import { noteAlert } from './alert.ts';

/** Names the message that has it looked after, and the timer after which it is closed. */
export const UNRULED = 'unruled';
/** How long the rule must be away, ms. */
export const UNRULED_MS = 60_000;

type AlertsOf = ShardFacts['alertsOf'];

/** What an owner says to itself when it has taken a shard over, since rules change with who decides by them. */
export function unruledMessages(actors: ReadonlyMap<string, ActorState>, alertsOf: AlertsOf): ActorMessage[] {
  return [...actors.keys()]
    .filter((address) => address.startsWith(NOTIFICATIONS_PREFIX))
    .filter((address) => unruledAlert(actors.get(address), address, alertsOf) !== undefined)
    .map((to) => ({ type: 'actor', to: to as ActorMessage['to'], name: UNRULED, body: {} }));
}

/** It is closed later, unless a rule asks for it by then. */
export function closeLater(turn: Turn, address: string): void {
  if (unruledAlert(turn.actor(address), address, turn.facts.alertsOf) === undefined) return;
  turn.setActorTimer(address, UNRULED, turn.now + UNRULED_MS);
}

export function closeUnruled(turn: Turn, address: string): void {
  const alert = unruledAlert(turn.actor(address), address, turn.facts.alertsOf);
  if (alert === undefined) return;
  const { rule, subject, since, summary } = alert;
  const news = { rule, subject, state: 'resolved', since, at: turn.now, summary } as const;
  noteAlert(turn, address, { news, told: [], tell: () => {} });
}

/** Who knows no rules at all closes nothing. */
function unruledAlert(
  documents: ActorState | undefined,
  address: string,
  alertsOf: AlertsOf,
): Alert | undefined {
  const { namespace, workflow } = parseNotificationsAddress(address);
  const alert = readAlert(documents?.get(alertField('failure', workflow)));
  if (alert?.state !== 'firing' || alertsOf === undefined) return undefined;
  return alertsOf(namespace, workflow).some(({ on }) => on.includes('failure')) ? undefined : alert;
}
