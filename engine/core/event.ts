/**
 * A run's history: events with gapless `seq` from 1. Stored packed, several events in one stream entry; `EventRecord` is
 * the public form of `sluice show --events --json`.
 */
import type { TaskError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

/** Order is the stored encoding: append, never reorder. */
export const EVENT_TYPES = [
  'run.created',
  'run.started',
  'run.cancelling',
  'run.succeeded',
  'run.failed',
  'run.cancelled',
  'node.expanded',
  'node.queued',
  'node.started',
  'node.progress',
  'node.waiting',
  'node.retrying',
  'node.succeeded',
  'node.failed',
  'node.skipped',
  'node.upstream_failed',
  'node.cancelled',
  'node.late',
  'node.redelivered',
  'run.paused',
  'run.resumed',
  'run.compensating',
  'run.finishing',
  'run.retried',
  'run.late',
  'run.blocked',
  'node.blocked',
  'node.reset',
  'node.marked',
  'node.repeating',
  'node.signalled',
  'node.approved',
  'node.rejected',
  'node.reused',
  'node.cached',
  'node.overdue',
  'node.child_started',
  'node.oversized',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What is particular to some types. All optional, all small. */
export interface EventDetail {
  readonly worker?: string;
  readonly error?: TaskError;
  /** node.expanded: number of nodes and index of the first. */
  readonly count?: number;
  readonly first?: number;
  /** node.retrying, node.waiting: until when, ms since 1970. */
  readonly until?: number;
  /** When the attempt started, ms since 1970, when no `started` event of its own was written. */
  readonly started?: number;
  readonly generation?: number;
  readonly delivery?: number;
  readonly fraction?: number;
  readonly reason?: string;
  /** Who did it, as they said. */
  readonly by?: string;
  /** The limit that holds it back: its key as written. */
  readonly limit?: string;
  /** node.child_started: the child run. node.reused: the run it comes from. */
  readonly run?: string;
  /** node.marked: how. */
  readonly as?: string;
  /** What the attempt cost that this ends; node.started: what it cost until another worker took it over. */
  readonly cost?: number;
  /** node.repeating: iterations done. */
  readonly iteration?: number;
}

export interface EventRecord {
  readonly seq: number;
  readonly type: EventType;
  /** Record index of the node; absent for events of the run. */
  readonly node?: number;
  readonly attempt?: number;
  /** ms since 1970, Redis' clock. */
  readonly at: number;
  readonly detail?: EventDetail;
}

/** `[type, at − base, node, attempt, detail]`, absent ends left out; the worker stands as its number in the dictionary. */
type Row = [
  type: number,
  offset: number,
  node?: number,
  attempt?: number,
  detail?: EventDetail,
  worker?: number,
];

/** Packs consecutive events as JSON `[base, rows, workers]`: 10 to 15 bytes for a common event. */
export function packEvents(events: readonly EventRecord[]): string {
  const base = events[0]?.at ?? 0;
  const workers: string[] = [];
  const rows = events.map((event) => packEvent(event, base, workers));
  return JSON.stringify(workers.length > 0 ? [base, rows, workers] : [base, rows]);
}

function packEvent(event: EventRecord, base: number, workers: string[]): Json[] {
  const row: Json[] = [EVENT_TYPES.indexOf(event.type), event.at - base];
  const { worker, ...rest } = event.detail ?? {};
  const hasRest = Object.keys(rest).length > 0;
  if (event.node !== undefined || hasRest || worker !== undefined) row.push(event.node ?? -1);
  const isFirst = event.node === undefined || event.attempt === 1;
  if (!isFirst || hasRest || worker !== undefined) row.push(event.attempt ?? 0);
  if (hasRest || worker !== undefined) row.push(hasRest ? (rest as JsonObject) : 0);
  if (worker !== undefined) {
    if (!workers.includes(worker)) workers.push(worker);
    row.push(workers.indexOf(worker));
  }
  return row;
}

/** `first` is the seq of the first event in the packed text. */
export function unpackEvents(packed: string, first: number): EventRecord[] {
  const [base, rows, workers = []] = JSON.parse(packed) as [number, Row[], string[]?];
  return rows.map(([type, offset, node = -1, attempt, rest, worker], i) => {
    const detail: EventDetail = {
      ...(rest || {}),
      ...(worker === undefined ? {} : { worker: workers[worker] ?? '' }),
    };
    const tried = attempt ?? (node >= 0 ? 1 : 0);
    return {
      seq: first + i,
      type: EVENT_TYPES[type] ?? 'run.created',
      ...(node < 0 ? {} : { node }),
      ...(tried <= 0 ? {} : { attempt: tried }),
      at: base + offset,
      ...(Object.keys(detail).length === 0 ? {} : { detail }),
    };
  });
}

/** Roughly, the characters that a detail takes: what people write, and errors, may be long. */
export function detailLength({ reason = '', by = '', error }: EventDetail): number {
  return reason.length + by.length + (error?.message.length ?? 0);
}
