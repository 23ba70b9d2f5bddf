/**
 * What an orchestrator measures, from outside: its store and its queue with a clock around them. Events are counted in what is
 * stored, once the store has said that it is, so that a repeated commit counts once.
 */
import type { Commit } from '../engine/core/commit.ts';
import { EVENT_TYPES, type EventType } from '../engine/core/event.ts';
import { RECORD_BYTES, unpackRecord } from '../engine/core/node-record.ts';
import type { ShardLoad } from '../engine/core/shard-load.ts';
import type { InboxBatch, OwnerStore } from '../engine/ports/shard-store.ts';
import type { TaskQueue } from '../engine/ports/task-queue.ts';
import { overlaid } from './overlaid.ts';
import type { Metrics } from './registry.ts';

const RUN_ENDS: ReadonlyMap<EventType, string> = new Map([
  ['run.succeeded', 'succeeded'],
  ['run.failed', 'failed'],
  ['run.cancelled', 'cancelled'],
]);
const ATTEMPT_ENDS: ReadonlyMap<EventType, string> = new Map([
  ['node.succeeded', 'succeeded'],
  ['node.failed', 'failed'],
  ['node.retrying', 'failed'],
  ['node.cancelled', 'cancelled'],
]);

/** @param now the time of the wall, ms since 1970: entries of inboxes bear Redis' time */
export function measuredOwnerStore<Store extends Pick<OwnerStore, 'read' | 'commit'>>(
  store: Store,
  metrics: Metrics,
  now: () => number,
): Store {
  const begun = new Map<number, number>();
  const read: OwnerStore['read'] = async (...args) => {
    const batches = await store.read(...args);
    noteBatches(batches, metrics, now());
    for (const { shard } of batches) begun.set(shard, performance.now());
    return batches;
  };
  const commit: OwnerStore['commit'] = async (lease, n, change) => {
    const from = performance.now();
    const since = begun.get(lease.shard);
    begun.delete(lease.shard);
    if (since !== undefined) metrics.observe('sluice_decide_seconds', (from - since) / 1_000);
    const reply = await store.commit(lease, n, change);
    metrics.observe('sluice_commit_seconds', (performance.now() - from) / 1_000, { reply: reply.kind });
    if (reply.kind === 'ok') noteCommit(change, metrics);
    return reply;
  };
  return overlaid(store, { read, commit });
}

export function measuredQueue<Queue extends Pick<TaskQueue, 'add'>>(queue: Queue, metrics: Metrics): Queue {
  const add: TaskQueue['add'] = async (tickets) => {
    const from = performance.now();
    await queue.add(tickets);
    metrics.observe('sluice_dispatch_seconds', (performance.now() - from) / 1_000);
    metrics.count('sluice_tickets_total', tickets.length);
  };
  return overlaid(queue, { add });
}

function noteBatches(batches: readonly InboxBatch[], metrics: Metrics, now: number): void {
  for (const { entries } of batches) {
    metrics.count('sluice_inbox_entries_total', entries.length);
    const at = Number(entries[0]?.id.split('-')[0]);
    if (at > 0) metrics.observe('sluice_inbox_lag_seconds', Math.max(0, now - at) / 1_000);
  }
}

/** `[base, rows]`, a row `[type, offset, node, …]`: see core/event.ts. */
type PackedRows = readonly [
  base: number,
  rows: readonly (readonly [type: number, offset: number, node?: number])[],
];

export function noteCommit({ runs }: Pick<Commit, 'runs'>, metrics: Metrics): void {
  for (const { events, records } of runs) {
    if (events === undefined) continue;
    const [, rows] = JSON.parse(events.packed) as PackedRows;
    for (const [code, , node] of rows) {
      const type = EVENT_TYPES[code];
      if (type === undefined) continue;
      metrics.count('sluice_events_total', 1, { type });
      const status = RUN_ENDS.get(type);
      if (status !== undefined) metrics.count('sluice_runs_ended_total', 1, { status });
      if (node !== undefined && node >= 0) noteNode(type, recordIn(records, node), metrics);
    }
  }
}

function noteNode(type: EventType, record: ReturnType<typeof recordIn>, metrics: Metrics): void {
  const outcome = ATTEMPT_ENDS.get(type);
  if (record === undefined || (outcome === undefined && type !== 'node.started')) return;
  const { queuedAt, startedAt, endedAt, state } = record;
  if (startedAt === 0) return;
  // A node whose start and end came together has no `started` event of its own.
  if (type === 'node.started' && queuedAt > 0)
    metrics.observe('sluice_queue_seconds', Math.max(0, startedAt - queuedAt) / 1_000);
  if (outcome !== undefined && endedAt >= startedAt && state !== 'running')
    metrics.observe('sluice_attempt_seconds', (endedAt - startedAt) / 1_000, { outcome });
}

function recordIn(records: Commit['runs'][number]['records'], node: number) {
  for (const { start, bytes } of records) {
    const offset = (node - start) * RECORD_BYTES;
    if (offset < 0 || offset + RECORD_BYTES > bytes.byteLength) continue;
    return unpackRecord(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset, 1);
  }
  return undefined;
}

/** Gauges, from what the orchestrator has in memory at the moment of a scrape. */
export function setLoad(metrics: Metrics, load: ShardLoad, now: number): void {
  for (const name of [
    'sluice_runs',
    'sluice_nodes',
    'sluice_queue_nodes',
    'sluice_queue_oldest_seconds',
  ] as const)
    metrics.clear(name);
  for (const [status, count] of load.runs) metrics.set('sluice_runs', count, { status });
  for (const [state, count] of load.nodes) metrics.set('sluice_nodes', count, { state });
  for (const [name, { waiting, oldestAt }] of load.queues) {
    const queue = metrics.bounded(name);
    metrics.set('sluice_queue_nodes', waiting, { queue });
    const since = waiting === 0 ? now : oldestAt;
    metrics.set('sluice_queue_oldest_seconds', Math.max(0, now - since) / 1_000, { queue });
  }
  metrics.set('sluice_shards_owned', load.shards);
  metrics.set('sluice_flights_unclaimed', load.unclaimed);
  metrics.set('sluice_flights_claimed', load.claimed);
  metrics.set('sluice_limit_holders', load.limitsHeld);
  metrics.set('sluice_limit_waiters', load.limitsWaiting);
  metrics.set('sluice_outbox_posts', load.outbox);
  for (const [rule, count] of load.alerts) metrics.set('sluice_alerts_firing', count, { rule });
}
