/** A shard in its owner's memory: live runs, ready nodes, and the flights it has sent. Forgotten and reloaded on any doubt. */
import { type ActorState, NO_ACTOR } from './actor.ts';
import type { EngineActions } from './engine-outcome.ts';
import { type Flight, flightKey, parseFlight } from './flight.ts';
import type { Json } from './json.ts';
import { ALL_INLINE, type LoadedOutputs, type OutputBounds } from './large-outputs.ts';
import { LearnedDurations } from './learned-durations.ts';
import { fairnessOf } from './limit/need.ts';
import { queueOfNode } from './node-queue.ts';
import { isEnded } from './node-state.ts';
import type { PlanTask } from './plan.ts';
import { type ReadyNode, type ReadyQueue, readyQueue } from './policy.ts';
import type { Post } from './post.ts';
import type { DurationOf, RunState } from './run-state.ts';

/** A flight that this owner believes to be out. */
export interface SentFlight {
  readonly run: string;
  readonly node: number;
  readonly queue: string;
  /** When it was sent, as far as this owner knows, ms. */
  readonly sentAt: number;
  /** When it was sent or last looked at, ms. */
  checkedAt: number;
  /** Times that its ticket was raised. */
  raises: number;
  /** Slots that it counts for in its queue's window. */
  readonly weight: number;
  /** Slots that it is known to work in; absent while its ticket may still lie in the queue. */
  atWork?: number;
  /** Since when the one worker that may take it is not announced, ms. */
  goneSince?: number;
  /** As last seen in the store. */
  value: string;
  /** Its node travels in a chain and has not begun, as far as this owner has heard. */
  readonly joined?: true;
  /** The node that travels behind it. */
  follower?: number;
}

/** The queue of nodes that need no worker. Not a queue name that a user can write. */
export const ENGINE_QUEUE = '';

export interface OversizedNode {
  readonly queue: string;
  readonly slots: number;
  readonly ready: ReadyNode;
}

export interface ShardState {
  readonly shard: number;
  readonly actions: EngineActions;
  readonly runs: Map<string, RunState>;
  /** Ready nodes by queue. May hold nodes that are no longer ready: whoever takes one checks. */
  readonly ready: Map<string, ReadyQueue>;
  /** Ready nodes that want more slots than any live worker of their queue has. */
  oversized: OversizedNode[];
  /** By flight key. */
  readonly flights: Map<string, SentFlight>;
  /** Slots of flights out, by queue. */
  readonly sentByQueue: Map<string, number>;
  /** Slots of those of them that are known to be at work, by queue. */
  readonly atWorkByQueue: Map<string, number>;
  /** Runs with decisions left over from a full commit. */
  readonly unfinished: Set<string>;
  /** How long tasks take; shards of one orchestrator may share it. */
  readonly durations: LearnedDurations;
  /** Number of the next node that becomes ready. */
  order: number;
  /** By address. Change through the turn. */
  readonly actors: Map<string, Map<string, Json>>;
  /** Posts that were not delivered yet, by id. */
  readonly outbox: Map<string, Post>;
  /** Posts that were delivered; the next commit removes them from the store. */
  readonly delivered: Set<string>;
  /** Number of the next post; ids of stored ones are smaller. */
  nextPost: number;
  readonly outputBounds: OutputBounds;
  /** Large outputs in memory, by `keyOf`. */
  readonly large: Map<string, LoadedOutputs>;
}

export function actorOf(shard: ShardState, address: string): ActorState {
  return shard.actors.get(address) ?? NO_ACTOR;
}

/** What a shard has from its owner. */
export interface ShardParts {
  readonly outputBounds?: OutputBounds | undefined;
  readonly durations?: LearnedDurations | undefined;
}

export function newShardState(
  shard: number,
  actions: EngineActions,
  { outputBounds = ALL_INLINE, durations = new LearnedDurations() }: ShardParts = {},
): ShardState {
  return {
    shard,
    actions,
    runs: new Map(),
    ready: new Map(),
    oversized: [],
    flights: new Map(),
    sentByQueue: new Map(),
    atWorkByQueue: new Map(),
    unfinished: new Set(),
    durations,
    order: 0,
    actors: new Map(),
    outbox: new Map(),
    delivered: new Set(),
    nextPost: 1,
    outputBounds,
    large: new Map(),
  };
}

/** What a task that has never run is taken to last. */
const UNKNOWN_MS = 1_000;

export function learnDuration(shard: ShardState, run: RunState, task: PlanTask, ms: number): void {
  const { namespace, workflow } = run.header;
  shard.durations.learn({ namespace, workflow, task: task.id }, ms);
}

/** The learned durations of one workflow. A task never seen counts as a second. */
export function durationsOf({ durations }: ShardState, namespace: string, workflow: string): DurationOf {
  return ({ id }) => durations.of({ namespace, workflow, task: id }) ?? UNKNOWN_MS;
}

/** Takes a run into memory: its ready nodes queue up again, its flights are counted. */
export function adoptRun(
  shard: ShardState,
  run: RunState,
  flights: ReadonlyMap<string, string>,
  now: number,
): void {
  shard.runs.set(run.header.id, run);
  run.large = shard.large;
  shard.unfinished.add(run.header.id);
  run.nodes.forEach((record, index) => {
    if (record.state === 'pending' && index < run.plan.tasks.length && flights.size > 0) {
      const key = flightKey(run.header.id, index, record.generation, record.attempt + 1);
      const value = flights.get(key);
      if (value !== undefined) addFlight(shard, key, joinedFlightOf(run, index, { value, now }));
      return;
    }
    if ((record.state !== 'queued' && record.state !== 'running') || run.plan.tasks[record.task]?.fanOut) {
      if (index < run.plan.tasks.length || isEnded(record.state)) return;
    }
    const key = flightKey(run.header.id, index, record.generation, record.attempt);
    const value = flights.get(key);
    if (value !== undefined) {
      addFlight(shard, key, {
        run: run.header.id,
        node: index,
        queue: queueOf(run, index),
        sentAt: now,
        checkedAt: now,
        raises: 0,
        weight: slotsOf(run, index),
        value,
      });
      if (record.state === 'running') noteAtWork(shard, key);
    } else if (record.state === 'queued') pushReady(shard, run, index);
  });
  if (flights.size > 0) linkJoined(shard, run);
}

/** A flight of a pending node in a chain. It takes no room in its queue's window: the slot is that of the node before it. */
export function joinedFlightOf(
  run: RunState,
  node: number,
  { value, now }: { readonly value: string; readonly now: number },
): SentFlight {
  const seen = { queue: queueOf(run, node), sentAt: now, checkedAt: now, raises: 0 };
  return { ...seen, run: run.header.id, node, weight: 0, value, joined: true };
}

/** Who travels behind whom, as the flights say. */
function linkJoined(shard: ShardState, run: RunState): void {
  for (const flight of shard.flights.values()) {
    if (!flight.joined || flight.run !== run.header.id) continue;
    const { state, session } = parseFlight(flight.value);
    const ahead = state === 'j' ? flightAhead(shard, run, Number(session)) : undefined;
    if (ahead) ahead.follower = flight.node;
  }
}

/** The flight of a node's current attempt or, while it is joined to others, of its next. */
export function flightAhead(shard: ShardState, run: RunState, node: number): SentFlight | undefined {
  const record = run.nodes[node];
  if (!record) return undefined;
  const attempt = record.state === 'pending' ? record.attempt + 1 : record.attempt;
  return shard.flights.get(flightKey(run.header.id, node, record.generation, attempt));
}

/** Forgets a run and all that hangs on it. */
export function dropRun(shard: ShardState, runId: string): void {
  shard.runs.delete(runId);
  shard.unfinished.delete(runId);
  for (const [key, flight] of shard.flights) if (flight.run === runId) removeFlight(shard, key);
}

/** Whether the owner itself does what the task asks for: an engine action, or the start of a sub-workflow. */
function needsNoWorker({ actions }: ShardState, { action, child }: PlanTask): boolean {
  return child !== undefined || actions.has(action.uses);
}

export function pushReady(shard: ShardState, run: RunState, node: number): void {
  const record = run.nodes[node];
  const task = record && run.plan.tasks[record.task];
  if (!record || !task) return;
  const queue = needsNoWorker(shard, task) ? ENGINE_QUEUE : queueOfNode(run, record);
  let heap = shard.ready.get(queue);
  if (!heap) {
    heap = readyQueue();
    shard.ready.set(queue, heap);
  }
  heap.push({
    run: run.header.id,
    node,
    generation: record.generation,
    attempt: record.attempt,
    priority: task.priority,
    queuedAt: record.queuedAt,
    remainingMs: run.tasks[record.task]?.remainingMs ?? 0,
    order: shard.order++,
    ...shareOf(shard, run, task),
  });
}

/** Whose share it is, and how much of it. Without fairness keys all that counts is that there is no other key. */
function shareOf(shard: ShardState, run: RunState, task: PlanTask): Pick<ReadyNode, 'fairness' | 'cost'> {
  if (run.plan.fairness === undefined) return { fairness: '', cost: 1 };
  const { namespace, workflow } = run.header;
  const ms = durationsOf(shard, namespace, workflow)(task);
  return { fairness: fairnessOf(run), cost: Math.max(1, ms) * (task.slots ?? 1) };
}

export function addFlight(shard: ShardState, key: string, flight: SentFlight): void {
  if (!shard.flights.has(key)) {
    addSlots(shard.sentByQueue, flight.queue, flight.weight);
    addSlots(shard.atWorkByQueue, flight.queue, flight.atWork ?? 0);
  }
  shard.flights.set(key, flight);
}

export function removeFlight(shard: ShardState, key: string): void {
  const flight = shard.flights.get(key);
  if (!flight) return;
  shard.flights.delete(key);
  addSlots(shard.sentByQueue, flight.queue, -flight.weight);
  addSlots(shard.atWorkByQueue, flight.queue, -(flight.atWork ?? 0));
}

/** A worker has it: it takes a slot, and no place in the queue any more. */
export function noteAtWork(shard: ShardState, key: string): void {
  const flight = shard.flights.get(key);
  if (!flight || flight.atWork !== undefined) return;
  flight.atWork = flight.weight;
  addSlots(shard.atWorkByQueue, flight.queue, flight.weight);
}

function addSlots(slots: Map<string, number>, queue: string, more: number): void {
  slots.set(queue, Math.max(0, (slots.get(queue) ?? 0) + more));
}

/** The flight of a node's current attempt, as last seen. */
export function flightOf(
  shard: ShardState,
  run: RunState,
  node: number,
): { key: string; flight: Flight; value: string; follower: number | undefined } | undefined {
  const record = run.nodes[node];
  if (!record) return undefined;
  const key = flightKey(run.header.id, node, record.generation, record.attempt);
  const sent = shard.flights.get(key);
  return sent && { key, flight: parseFlight(sent.value), value: sent.value, follower: sent.follower };
}

function slotsOf(run: RunState, node: number): number {
  return run.plan.tasks[run.nodes[node]?.task ?? 0]?.slots ?? 1;
}

function queueOf(run: RunState, node: number): string {
  const record = run.nodes[node];
  return record ? queueOfNode(run, record) : 'default';
}
