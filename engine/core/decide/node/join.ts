/**
 * Joining: nodes that need nothing but each other travel as one dispatch. Each has its flight from the dispatch on, joined
 * behind the node before it; the worker claims it in the very step in which that one's success is accepted. Until then the
 * node is pending, and whoever decides otherwise about it withdraws the flight: the worker then goes no further.
 *
 * A pending node with a flight is joined: nothing else is stored, so a take-over sees the same.
 */
import {
  CHAIN_MS,
  type ChainLink,
  type ChainRun,
  chainTask,
  MAX_CHAIN_TEXT,
  MAX_LINKS,
  type TicketChain,
} from '../../chain/chain.ts';
import { type Reads, readsOf } from '../../chain/reads.ts';
import { flightKey, joinedBehind, parseFlight, parseFlightKey } from '../../flight.ts';
import { hasLimits } from '../../limit/need.ts';
import type { SettledMessage } from '../../message.ts';
import { queueOfNode } from '../../node-queue.ts';
import type { NodeOutput } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import {
  addFlight,
  durationsOf,
  flightAhead,
  joinedFlightOf,
  removeFlight,
  type SentFlight,
  type ShardState,
} from '../../shard-state.ts';
import type { Turn } from '../turn.ts';
import { type NodePlace, placeOf } from './node-place.ts';

/** The flight that a pending node would have, as the next attempt of its generation. */
function nextFlight({ run, index, record }: NodePlace): string {
  return flightKey(run.header.id, index, record.generation, record.attempt + 1);
}

/** The flight of a node that travels in a chain and whose beginning its owner has not heard of yet. */
export function joinedFlight(
  shard: ShardState,
  place: NodePlace,
): { readonly key: string; readonly flight: SentFlight } | undefined {
  if (place.record.state !== 'pending') return undefined;
  const key = nextFlight(place);
  const flight = shard.flights.get(key);
  return flight?.joined ? { key, flight } : undefined;
}

/** A worker has claimed the joined node already; the message that says so is in the inbox. */
export function isBeginning(shard: ShardState, place: NodePlace): boolean {
  const found = joinedFlight(shard, place);
  return found !== undefined && parseFlight(found.flight.value).state !== 'j';
}

/** Joins what can follow the node of a ticket that is about to be sent. Undefined when nothing can. */
export function joinChain(turn: Turn, head: NodePlace): TicketChain | undefined {
  if (!mayLead(turn, head)) return undefined;
  const chain = collect(turn, head);
  if (chain.places.length === 0) return undefined;
  let before = head;
  for (const place of chain.places) {
    joinBehind(turn, before, place);
    before = place;
  }
  const { secrets } = head.run.plan;
  return {
    run: fixedOf(head.run, chain.readsInputs),
    ...(secrets === undefined ? {} : { secrets }),
    known: [...chain.known],
    links: chain.places.map(linkOf),
  };
}

/** Retries, iterations and items travel alone, and so does what has taken long before. */
function mayLead(turn: Turn, { run, index, record, task }: NodePlace): boolean {
  if (!turn.facts.mayJoin?.(queueOfNode(run, record))) return false;
  const isAlone = index >= run.plan.tasks.length || task.repeat !== undefined || task.phase !== undefined;
  if (isAlone || record.attempt !== record.earlier + 1 || run.former || run.header.reuse) return false;
  const { namespace, workflow } = run.header;
  const isStill = !run.header.reset && !run.header.cancel && !run.header.paused;
  return (
    isStill &&
    run.plan.maxParallel === undefined &&
    durationsOf(turn.shard, namespace, workflow)(task) <= CHAIN_MS
  );
}

interface Collected {
  readonly places: NodePlace[];
  readonly known: Map<string, NodeOutput>;
  readsInputs: boolean;
  text: number;
}

function collect(turn: Turn, head: NodePlace): Collected {
  const { run } = head;
  const chain: Collected = {
    places: [],
    known: new Map(),
    readsInputs: false,
    text: textOf(run.header.trigger),
  };
  const members = new Set([head.index]);
  let at: NodePlace | undefined = head;
  while (at && chain.places.length < MAX_LINKS) {
    at = followerOf(turn, { head, before: at, members });
    if (!at || !take(chain, at, members)) break;
    members.add(at.index);
  }
  return chain;
}

interface Spot {
  readonly head: NodePlace;
  readonly before: NodePlace;
  readonly members: ReadonlySet<number>;
}

/** Of all that can follow, what has the longest way to go. */
function followerOf(turn: Turn, spot: Spot): NodePlace | undefined {
  const { run, index } = spot.before;
  const { childStart, childTask } = run.graph;
  let best: NodePlace | undefined;
  for (let at = childStart[index] ?? 0; at < (childStart[index + 1] ?? 0); at++) {
    const place = placeOf(run, childTask[at] ?? -1);
    if (!place || !canFollow(turn, spot, place)) continue;
    if (!best || remainingMs(place) > remainingMs(best)) best = place;
  }
  return best;
}

function remainingMs({ run, index }: NodePlace): number {
  return run.tasks[index]?.remainingMs ?? 0;
}

function canFollow(turn: Turn, { head, members }: Spot, place: NodePlace): boolean {
  const { run, record, task } = place;
  if (record.state !== 'pending' || task.triggerRule !== 'all_success' || !isPlainWork(turn, place))
    return false;
  if ((task.slots ?? 1) !== (head.task.slots ?? 1) || task.priority !== head.task.priority) return false;
  if (queueOfNode(run, record) !== queueOfNode(run, head.record)) return false;
  const isMet = task.edges.every(
    ({ from, when, case: choice, optional }) =>
      !when && !choice && !optional && (members.has(from) || run.nodes[from]?.state === 'succeeded'),
  );
  const { namespace, workflow } = run.header;
  if (durationsOf(turn.shard, namespace, workflow)(task) > CHAIN_MS) return false;
  // One that is joined already belongs to another chain.
  return isMet && readsOf(task) !== undefined && !turn.shard.flights.has(nextFlight(place));
}

/** Nothing is to be decided before it begins. */
function isPlainWork(turn: Turn, { task }: NodePlace): boolean {
  const isSpecial = task.phase || task.if !== undefined || task.fanOut || task.child || task.repeat;
  return !isSpecial && !hasLimits(task) && !turn.shard.actions.has(task.action.uses);
}

/** Adds the node to the chain, if what it reads can be taken along. */
function take(chain: Collected, place: NodePlace, members: ReadonlySet<number>): boolean {
  const { run, task } = place;
  const reads = readsOf(task);
  const known = reads && knownTo(run, reads, members);
  if (!reads || !known) return false;
  const fresh = known.filter(([id]) => !chain.known.has(id));
  const inputs = reads.inputs && !chain.readsInputs ? textOf(run.header.inputs) : 0;
  const text =
    chain.text + inputs + textOf(task.action) + fresh.reduce((sum, [, left]) => sum + textOf(left), 0);
  if (text > MAX_CHAIN_TEXT) return false;
  chain.text = text;
  chain.readsInputs ||= reads.inputs;
  for (const [id, left] of fresh) chain.known.set(id, left);
  chain.places.push(place);
  return true;
}

/** What ended tasks left that the node reads; undefined when it reads one that is not there for it. */
function knownTo(
  run: RunState,
  reads: Reads,
  members: ReadonlySet<number>,
): [string, NodeOutput][] | undefined {
  const known: [string, NodeOutput][] = [];
  for (const id of reads.tasks) {
    const index = run.plan.tasks.findIndex((task) => task.id === id);
    if (members.has(index)) continue;
    if (run.nodes[index]?.state !== 'succeeded' || run.tasks[index]?.fan) return undefined;
    known.push([id, run.outputs.get(index) ?? {}]);
  }
  return known;
}

function textOf(value: unknown): number {
  return JSON.stringify(value).length;
}

function fixedOf({ header }: RunState, readsInputs: boolean): ChainRun {
  const { plan, inputs, trigger, createdAt, startedAt, retries } = header;
  return {
    plan,
    inputs: readsInputs ? inputs : {},
    trigger,
    createdAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(retries === undefined ? {} : { retries }),
  };
}

function linkOf({ index, record, task }: NodePlace): ChainLink {
  const { generation, attempt } = record;
  return { node: index, generation, attempt: attempt + 1, task: chainTask(task) };
}

function joinBehind(turn: Turn, before: NodePlace, place: NodePlace): void {
  const key = nextFlight(place);
  const value = joinedBehind(before.index);
  turn.setFlight(key, value);
  addFlight(turn.shard, key, joinedFlightOf(place.run, place.index, { value, now: turn.now }));
  const ahead = flightAhead(turn.shard, before.run, before.index);
  if (ahead) ahead.follower = place.index;
}

/** The attempt is over and its worker goes no further: what is joined behind it is no longer under way. */
export function dropFollowers(turn: Turn, run: RunState, first: number | undefined): void {
  for (let at = first; at !== undefined; ) {
    const place = placeOf(run, at);
    const found = place && joinedFlight(turn.shard, place);
    if (!found) return;
    removeFlight(turn.shard, found.key);
    turn.removeFlight(found.key);
    at = found.flight.follower;
  }
}

/**
 * Takes a pending node out of its chain, and so all behind it. Should it have been claimed by now, the commit is void and we
 * decide again. False: it was claimed, as last seen.
 */
export function leaveChain(turn: Turn, place: NodePlace): boolean {
  const found = joinedFlight(turn.shard, place);
  if (!found) return true;
  if (isBeginning(turn.shard, place)) return false;
  turn.expectFlight(found.key, found.flight.value);
  removeFlight(turn.shard, found.key);
  turn.removeFlight(found.key);
  return true;
}

/** Takes all pending nodes of the run out of their chains. False when a worker has just begun with one of them. */
export function leaveChains(turn: Turn, run: RunState): boolean {
  const joined = [...turn.shard.flights.values()].filter((one) => one.joined && one.run === run.header.id);
  const places = joined.flatMap(({ node }) => placeOf(run, node) ?? []);
  if (places.some((place) => isBeginning(turn.shard, place))) return false;
  for (const place of places) leaveChain(turn, place);
  return true;
}

/** The node that the worker claimed with this outcome, if it still stands where it stood when it was joined. */
export function followerBegun(turn: Turn, run: RunState, message: SettledMessage): NodePlace | undefined {
  if (!message.next) return undefined;
  const place = placeOf(run, parseFlightKey(message.next.flight).node);
  const found = place && joinedFlight(turn.shard, place);
  return found?.key === message.next.flight ? place : undefined;
}

/** Its flight counts like any other from here on. */
export function takeOverClaim(turn: Turn, place: NodePlace, session: string): void {
  const found = joinedFlight(turn.shard, place);
  if (!found) return;
  const { joined: _joined, ...flight } = found.flight;
  const value = parseFlight(flight.value).state === 'j' ? `c|1|0|${session}` : flight.value;
  removeFlight(turn.shard, found.key);
  addFlight(turn.shard, found.key, {
    ...flight,
    value,
    sentAt: turn.now,
    checkedAt: turn.now,
    weight: place.task.slots ?? 1,
  });
}
