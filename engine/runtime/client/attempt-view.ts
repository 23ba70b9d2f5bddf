/** The attempts of a node in their public form (run-view.ts). */
import type { TaskError } from '../../core/errors.ts';
import type { EventRecord } from '../../core/event.ts';
import { iso } from './time-view.ts';

export interface AttemptView {
  readonly number: number;
  /** The life of its node that it belongs to: a retry or mark of a person begins another. From 1. */
  readonly generation: number;
  /** When it was given to its queue; null when it needed none. */
  readonly queued_at: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly worker: string | null;
  readonly error: TaskError | null;
}

/** The attempts of a node, from its own events. */
export function attemptsOf(events: readonly EventRecord[]): AttemptView[] {
  const list: AttemptView[] = [];
  let generation = 1;
  /** By attempt; the first time, where it was held back. */
  const queued = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'node.reset') generation = event.detail?.generation ?? 1;
    if (event.attempt === undefined || event.type === 'node.late') continue;
    const at = iso(event.at);
    if (event.type === 'node.queued') queued.set(event.attempt, queued.get(event.attempt) ?? event.at);
    const queuedAt = iso(queued.get(event.attempt));
    const last = list.at(-1);
    const known = last?.number === event.attempt ? last : undefined;
    if (event.type === 'node.started') {
      const started = {
        number: event.attempt,
        generation,
        queued_at: queuedAt,
        started_at: at,
        finished_at: null,
        worker: event.detail?.worker ?? null,
        error: null,
      };
      if (known) list[list.length - 1] = started;
      else list.push(started);
    } else if (isAttemptEnd(event.type) && known) {
      list[list.length - 1] = { ...known, finished_at: at, error: event.detail?.error ?? null };
    } else if (isAttemptEnd(event.type) && event.detail?.error) {
      list.push({
        number: event.attempt,
        generation,
        queued_at: queuedAt,
        started_at: null,
        finished_at: at,
        worker: null,
        error: event.detail.error,
      });
    }
  }
  return list;
}

function isAttemptEnd(type: EventRecord['type']): boolean {
  return (
    type === 'node.succeeded' ||
    type === 'node.failed' ||
    type === 'node.retrying' ||
    type === 'node.repeating' ||
    type === 'node.cancelled'
  );
}
