/** A notification as the public contract has it. */
import type { DeliveryView } from '../engine/runtime/client/notification-view.ts';
import type { NotificationLine } from './contract/notifications.ts';

export function notificationLineOf(view: DeliveryView): NotificationLine {
  const { namespace, workflow, notification, state, attempt, nextAt, error, changedAt } = view;
  const { id, type, at, text, data } = notification;
  return {
    id,
    namespace,
    workflow: workflow === '-' ? null : workflow,
    type,
    to: targetOf(notification),
    state,
    attempts: attempt,
    at: iso(at),
    changed_at: iso(changedAt),
    next_at: nextAt === undefined ? null : iso(nextAt),
    error: error ?? null,
    text,
    run: data['run'] ?? null,
  };
}

/** A callback's address may say who may call it: only where it leads is shown. */
function targetOf({ target }: DeliveryView['notification']): string {
  if (target.kind === 'channel') return target.channel;
  return URL.canParse(target.url) ? `callback ${new URL(target.url).host}` : 'callback';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
