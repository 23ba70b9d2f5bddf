/** What a waiting node waits for, as `sluice show --json` says it. */
import type { EventRecord } from '../../core/event.ts';
import type { NodeRecord } from '../../core/node-record.ts';
import type { ValueSpec } from '../../core/plan.ts';
import type { NodeOutput } from '../../core/run-header.ts';

export interface WaitingView {
  readonly for: 'time' | 'signal' | 'approval' | 'repeat';
  /** When the wait ends by itself; null when it does not. */
  readonly until: string | null;
  /** Name of the signal. */
  readonly signal?: string;
  /** Fields of the form, or of the signal's payload. */
  readonly fields?: { readonly [name: string]: ValueSpec };
  readonly approvers?: readonly string[];
}

/** Events that begin a wait, with its end. */
const BEGINS: readonly EventRecord['type'][] = ['node.waiting', 'node.repeating'];

/** Null unless the node waits. `events` are the node's own, in order. */
export function viewWaiting(
  record: NodeRecord,
  { w }: NodeOutput,
  events: readonly EventRecord[],
): WaitingView | null {
  if (record.state !== 'waiting') return null;
  const until = events.findLast(({ type }) => BEGINS.includes(type))?.detail?.until;
  const end = { until: until === undefined ? null : new Date(until).toISOString() };
  switch (w?.kind) {
    case 'signal':
      return { for: 'signal', ...end, signal: w.name, ...(w.schema ? { fields: w.schema } : {}) };
    case 'approval':
      return { for: 'approval', ...end, fields: w.form, approvers: w.approvers };
    case 'repeat':
      return { for: 'repeat', ...end };
    default:
      return { for: 'time', ...end };
  }
}

/** The run that the node started last, or that the node started whose end it has taken over; null without. */
export function childOf(events: readonly EventRecord[], { c }: NodeOutput): string | null {
  return c ?? events.findLast(({ type }) => type === 'node.child_started')?.detail?.run ?? null;
}
