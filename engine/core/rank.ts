/**
 * Where a ready node stands: the terms of its rank with what only the shard's owner knows (learned durations, virtual time),
 * and how many go before it. Asked by `explain`, read from the same queues that dispatch takes from.
 */
import { flightKey } from './flight.ts';
import { isJsonObject, type Json } from './json.ts';
import { fairnessOf } from './limit/need.ts';
import {
  explainRank,
  goesBefore,
  queuePriority,
  type RankTerms,
  type ReadyNode,
  type ReadyQueue,
  raisedPriority,
} from './policy.ts';
import type { RunState } from './run-state.ts';
import type { SentFlight, ShardState } from './shard-state.ts';

/** Ready nodes that are gone through one by one; more of one fairness key are counted by whose turn comes first. */
const MAX_COUNTED = 5_000;

export interface Rank extends RankTerms {
  /** Virtual time at which the next work of its fairness key starts, and the present one: ms of work given. */
  readonly keyTime: number;
  readonly virtualTime: number;
  /** Where it stands among others of its queue in this shard: `ready` in the orchestrator, or `sent` and not begun. */
  readonly among: 'ready' | 'sent';
  /** Who goes before it; null when there are too many to count. */
  readonly before: number | null;
  /** All that wait so, itself included. */
  readonly waiting: number;
}

/** Undefined for a node that neither is ready nor has a ticket out. */
export function rankOf(shard: ShardState, run: RunState, node: number, now: number): Rank | undefined {
  return rankOfReady(shard, run, node, now) ?? rankOfSent(shard, run, node, now);
}

function rankOfReady(shard: ShardState, run: RunState, node: number, now: number): Rank | undefined {
  for (const queue of shard.ready.values()) {
    const waiting = [...queue.items()].filter((one) => isReady(shard, one));
    const own = waiting.find((one) => one.run === run.header.id && one.node === node);
    if (!own) continue;
    return {
      ...explainRank(own, now),
      keyTime: queue.startOf(own.fairness),
      virtualTime: queue.virtualTime,
      among: 'ready',
      before:
        queue.size <= MAX_COUNTED || queue.busyKeys > 1
          ? takenBefore(shard, queue, own)
          : waiting.filter((one) => goesBefore(one, own)).length,
      waiting: waiting.length,
    };
  }
  return undefined;
}

/** Queues keep nodes that are not ready any more until it is their turn. */
function isReady({ runs }: ShardState, { run: id, node, generation, attempt }: ReadyNode): boolean {
  const run = runs.get(id);
  const record = run?.nodes[node];
  const isCurrent = record?.generation === generation && record.attempt === attempt;
  return isCurrent && record.state === 'queued' && !run?.header.paused;
}

/** What dispatch would take first: keys take turns, and runs spend theirs as they like, so they are gone through. */
function takenBefore(shard: ShardState, ready: ReadyQueue, own: ReadyNode): number | null {
  if (ready.size > MAX_COUNTED) return null;
  const queue = ready.copy();
  let taken = 0;
  for (let first = queue.first; first && first !== own; first = queue.first) {
    if (isReady(shard, first)) {
      queue.pop();
      taken++;
    } else queue.drop();
  }
  return taken;
}

/** Its ticket is out: BullMQ gives it to a worker by a number, which grows smaller for who has waited long. */
function rankOfSent(shard: ShardState, run: RunState, node: number, now: number): Rank | undefined {
  const record = run.nodes[node];
  const task = record && run.plan.tasks[record.task];
  const key = record && flightKey(run.header.id, node, record.generation, record.attempt);
  const own = key === undefined ? undefined : shard.flights.get(key);
  const mine = own && ticketPriority(shard, own);
  if (!record || !task || !own || mine === undefined) return undefined;
  const others = [...shard.flights.values()].flatMap((one) =>
    one.queue === own.queue && one !== own ? (ticketPriority(shard, one) ?? []) : [],
  );
  const fairness = fairnessOf(run);
  const { remainingMs = 0 } = run.tasks[record.task] ?? {};
  const queue = shard.ready.get(own.queue);
  return {
    ...explainRank({ fairness, priority: task.priority, queuedAt: record.queuedAt, remainingMs }, now),
    queuePriority: mine,
    keyTime: queue?.startOf(fairness) ?? 0,
    virtualTime: queue?.virtualTime ?? 0,
    among: 'sent',
    before: others.filter((one) => one < mine).length,
    waiting: others.length + 1,
  };
}

/** As it stands in BullMQ; undefined when somebody has begun with it. */
function ticketPriority({ runs }: ShardState, { run: id, node, raises }: SentFlight): number | undefined {
  const run = runs.get(id);
  const record = run?.nodes[node];
  const task = record && run?.plan.tasks[record.task];
  if (!run || !task || record.state !== 'queued') return undefined;
  const { remainingMs = 0 } = run.tasks[record.task] ?? {};
  return raisedPriority(queuePriority({ priority: task.priority, remainingMs }), raises);
}

/** As the owner answers it. */
export function rankJson(rank: Rank): { readonly [term: string]: Json } {
  return { ...rank };
}

export function readRank(value: Json | undefined): Rank | undefined {
  return isJsonObject(value) && typeof value['keyTime'] === 'number' ? (value as unknown as Rank) : undefined;
}
