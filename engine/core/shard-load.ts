/** How much lies on shards, counted from their owner's memory. Goes once through all nodes: for scrapes, not for every decision. */
import { parseFlight } from './flight.ts';
import type { Json } from './json.ts';
import { partOf } from './limit/document.ts';
import { queueOfNode } from './node-queue.ts';
import type { NodeState, RunStatus } from './node-state.ts';
import { ALERT_RULES, type AlertRule, isAlertField, readAlert } from './notification/alert.ts';
import { NOTIFICATIONS_PREFIX } from './notification/notification.ts';
import { parseQueueName } from './queue-name.ts';
import type { ShardState } from './shard-state.ts';

export interface QueueLoad {
  /** Nodes that wait for a worker. */
  waiting: number;
  /** Nodes that a worker works on. */
  running: number;
  /** When the one that waits longest became queued, ms; 0 when none waits. */
  oldestAt: number;
  /** Its run; empty when none waits. */
  oldestRun: string;
}

export interface ShardLoad {
  readonly shards: number;
  readonly runs: ReadonlyMap<RunStatus, number>;
  readonly nodes: ReadonlyMap<NodeState, number>;
  /** By the queue's name as a workflow has it. */
  readonly queues: ReadonlyMap<string, QueueLoad>;
  /** Flights that were sent and nobody has claimed yet. */
  readonly unclaimed: number;
  /** Flights that a worker holds. */
  readonly claimed: number;
  /** The same by the session of the worker. */
  readonly busy: ReadonlyMap<string, number>;
  readonly limitsHeld: number;
  readonly limitsWaiting: number;
  /** Alerts that fire, by rule. */
  readonly alerts: ReadonlyMap<AlertRule, number>;
  /** Posts to other shards that were not delivered yet. */
  readonly outbox: number;
}

export function loadOf(states: Iterable<ShardState>): ShardLoad {
  const load = {
    shards: 0,
    runs: new Map<RunStatus, number>(),
    nodes: new Map<NodeState, number>(),
    queues: new Map<string, QueueLoad>(),
    unclaimed: 0,
    claimed: 0,
    busy: new Map<string, number>(),
    limitsHeld: 0,
    limitsWaiting: 0,
    alerts: new Map<AlertRule, number>(ALERT_RULES.map((rule) => [rule, 0])),
    outbox: 0,
  };
  for (const state of states) {
    load.shards++;
    load.outbox += state.outbox.size;
    countRuns(state, load);
    for (const { value, queue } of state.flights.values()) {
      const { state: step, session } = parseFlight(value);
      if (step === 's') load.unclaimed++;
      else if (step === 'c' || step === 'x') {
        load.claimed++;
        load.busy.set(session, (load.busy.get(session) ?? 0) + 1);
        queueIn(load.queues, queue).running++;
      }
    }
    for (const [address, documents] of state.actors) {
      if (address.startsWith(NOTIFICATIONS_PREFIX)) countAlerts(documents, load.alerts);
      if (!address.startsWith('limit/')) continue;
      for (const field of documents.keys()) {
        const part = partOf(field)?.part;
        if (part === 'holder') load.limitsHeld++;
        else if (part === 'waiter') load.limitsWaiting++;
      }
    }
  }
  return load;
}

function countAlerts(documents: ReadonlyMap<string, Json>, alerts: Map<AlertRule, number>): void {
  for (const [field, value] of documents) {
    const alert = isAlertField(field) ? readAlert(value) : undefined;
    if (alert?.state === 'firing') alerts.set(alert.rule, (alerts.get(alert.rule) ?? 0) + 1);
  }
}

function countRuns(
  state: ShardState,
  {
    runs,
    nodes,
    queues,
  }: {
    readonly runs: Map<RunStatus, number>;
    readonly nodes: Map<NodeState, number>;
    readonly queues: Map<string, QueueLoad>;
  },
): void {
  for (const run of state.runs.values()) {
    runs.set(run.header.status, (runs.get(run.header.status) ?? 0) + 1);
    for (const [index, record] of run.nodes.entries()) {
      // The record of a fan-out stands for its nodes.
      if (index < run.plan.tasks.length && run.plan.tasks[record.task]?.fanOut) continue;
      nodes.set(record.state, (nodes.get(record.state) ?? 0) + 1);
      if (record.state !== 'queued') continue;
      const one = queueIn(queues, queueOfNode(run, record));
      one.waiting++;
      if (one.oldestAt === 0 || record.queuedAt < one.oldestAt) {
        one.oldestAt = record.queuedAt;
        one.oldestRun = run.header.id;
      }
    }
  }
}

/** Queues that are made of one, for labels or for a worker, count as that one. */
function queueIn(queues: Map<string, QueueLoad>, name: string): QueueLoad {
  const { queue } = parseQueueName(name);
  const known = queues.get(queue);
  if (known) return known;
  const one = { waiting: 0, running: 0, oldestAt: 0, oldestRun: '' };
  queues.set(queue, one);
  return one;
}
