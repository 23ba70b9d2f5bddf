/** How much lies on shards, counted from their owner's memory. Goes once through all nodes: for scrapes, not for every decision. */
import { parseFlight } from './flight.ts';
import { partOf } from './limit/document.ts';
import { queueOfNode } from './node-queue.ts';
import type { NodeState, RunStatus } from './node-state.ts';
import { parseQueueName } from './queue-name.ts';
import type { ShardState } from './shard-state.ts';

export interface QueueLoad {
  /** Nodes that wait for a worker. */
  waiting: number;
  /** When the one that waits longest became queued, ms. */
  oldestAt: number;
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
  readonly limitsHeld: number;
  readonly limitsWaiting: number;
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
    limitsHeld: 0,
    limitsWaiting: 0,
    outbox: 0,
  };
  for (const state of states) {
    load.shards++;
    load.outbox += state.outbox.size;
    countRuns(state, load);
    for (const { value } of state.flights.values()) {
      const { state: step } = parseFlight(value);
      if (step === 's') load.unclaimed++;
      else if (step === 'c' || step === 'x') load.claimed++;
    }
    for (const [address, documents] of state.actors) {
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
      const { queue } = parseQueueName(queueOfNode(run, record));
      const one = queues.get(queue);
      if (!one) queues.set(queue, { waiting: 1, oldestAt: record.queuedAt });
      else {
        one.waiting++;
        one.oldestAt = Math.min(one.oldestAt, record.queuedAt);
      }
    }
  }
}
