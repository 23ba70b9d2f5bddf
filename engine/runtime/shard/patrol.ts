/**
 * Patrol, relay and reaper in one: adds again the tickets of flights that nobody claimed, hands on those whose session died,
 * and names the nodes that killed too many sessions.
 */

import { mustAskAgain } from '../../core/decide/limit/limit.ts';
import { type FlightState, formatFlight, parseFlight, parseFlightKey } from '../../core/flight.ts';
import { OutputsNeeded } from '../../core/large-outputs.ts';
import type { LostMessage, RemindMessage } from '../../core/message.ts';
import {
  type QueueTraffic,
  RAISE_AFTER_MS,
  raisedPriority,
  raisePeriod,
  raisesAfter,
} from '../../core/policy.ts';
import { prepareTicket } from '../../core/prepare.ts';
import { parseQueueName } from '../../core/queue-name.ts';
import { addFlight, removeFlight, type SentFlight, type ShardState } from '../../core/shard-state.ts';
import type { Ticket } from '../../core/ticket.ts';
import type { OwnedShard } from './owned-shard.ts';

/** A ticket that nobody has claimed for so long is added again, ms. */
const RELAY_AFTER_MS = 5_000;
/** A worker that is not announced for so long is gone: after an outage all announce themselves again, ms. */
const GONE_AFTER_MS = 10_000;
const NO_TRAFFIC: QueueTraffic = { sent: 0, claimed: 0, meanMs: 0 };
/** A node that kills this many sessions is not given to another. */
export const MAX_DEATHS = 3;

/** Looks at all flights that are out. Answers the nodes to be given up. */
export async function patrolFlights(owner: OwnedShard): Promise<LostMessage[]> {
  const { flights } = owner.state;
  if (flights.size === 0) return [];
  const { store } = owner.options;
  for (const [key, value] of await store.readFlights(owner.lease.shard, [...flights.keys()])) {
    const flight = flights.get(key);
    if (flight && value !== null) flight.value = value;
  }
  const claimed = [...flights].filter(([, { value }]) => value.startsWith('c') || value.startsWith('x'));
  const sessions = new Set(claimed.map(([, { value }]) => parseFlight(value).session));
  const dead =
    sessions.size > 0 ? await store.deadSessions(owner.lease.shard, [...sessions]) : new Set<string>();
  const now = owner.storeNow();
  const lost: LostMessage[] = [];
  const again: Ticket[] = [];
  for (const [key, sent] of flights) {
    // Whoever died with it was not heard of yet: what says that it began is in the inbox.
    if (sent.joined) continue;
    const { state, session, deaths } = parseFlight(sent.value);
    const isDead = (state === 'c' || state === 'x') && dead.has(session);
    if (isAbandoned(owner, sent, { state, isDead, now })) {
      lost.push({ type: 'lost', ...parseFlightKey(key) });
      continue;
    }
    if (isDead && (state === 'x' || deaths + 1 >= MAX_DEATHS)) {
      lost.push({ type: 'lost', ...parseFlightKey(key) });
      continue;
    }
    const unclaimed = state === 's' && now - sent.checkedAt >= RELAY_AFTER_MS;
    const ticket = isDead || unclaimed ? await ticketOf(owner, key) : undefined;
    if (ticket) again.push(ticket);
    if (unclaimed) sent.checkedAt = now;
  }
  owner.dispatch(again);
  await raiseWaiting(owner, now);
  discountOversized(owner);
  return lost;
}

/** Tickets that wait long in BullMQ go up a class, and again, in the end before all others: its own order starves. */
async function raiseWaiting(owner: OwnedShard, now: number): Promise<void> {
  const late = [...owner.state.flights].filter(
    ([, { value, sentAt }]) => value.startsWith('s') && now - sentAt >= RAISE_AFTER_MS,
  );
  if (late.length === 0) return;
  const traffic = trafficOf(owner.state);
  const raised: Ticket[] = [];
  for (const [key, sent] of late) {
    const period = raisePeriod(traffic.get(sent.queue) ?? NO_TRAFFIC);
    const raises = raisesAfter(now - sent.sentAt, period);
    if (raises <= sent.raises) continue;
    const before = sent.raises;
    sent.raises = raises;
    const ticket = await ticketOf(owner, key);
    if (!ticket || raisedPriority(ticket.priority, before) === 1) continue;
    raised.push({ ...ticket, priority: raisedPriority(ticket.priority, raises) });
  }
  owner.raise(raised);
}

/** The shard's tickets by queue. */
function trafficOf({ flights, runs, durations }: ShardState): ReadonlyMap<string, QueueTraffic> {
  const found = new Map<string, QueueTraffic>();
  for (const { run: id, node, queue, value } of flights.values()) {
    const run = runs.get(id);
    const task = run?.plan.tasks[run.nodes[node]?.task ?? 0];
    if (!run || !task) continue;
    const { namespace, workflow } = run.header;
    const ms = durations.of({ namespace, workflow, task: task.id }) ?? 0;
    const { sent, claimed, meanMs } = found.get(queue) ?? NO_TRAFFIC;
    found.set(queue, {
      sent: sent + 1,
      claimed: claimed + (value.startsWith('s') ? 0 : 1),
      meanMs: meanMs + (ms - meanMs) / (sent + 1),
    });
  }
  return found;
}

/** Tickets that no live worker has slots for keep nobody else out of their queue's window. */
function discountOversized({ state, options }: OwnedShard): void {
  for (const [key, sent] of [...state.flights]) {
    if (sent.weight <= 1 || !sent.value.startsWith('s')) continue;
    const largest = options.facts?.largestWorker?.(sent.queue) ?? 0;
    if (largest === 0 || sent.weight <= largest) continue;
    removeFlight(state, key);
    addFlight(state, key, { ...sent, weight: 0 });
  }
}

/** Runs that have waited so long for limits that they ask them again. */
export function remindersOf({ runs }: OwnedShard['state'], now: number): RemindMessage[] {
  return [...runs.values()]
    .filter((run) => run.limited.size > 0 && mustAskAgain(run, now))
    .map(({ header }) => ({ type: 'remind', run: header.id }));
}

/**
 * Takes back all claims of a shard whose store has gone back to an earlier state. Whoever does still work on one settles
 * late; the node is worked on again.
 */
export async function recallClaims(owner: OwnedShard): Promise<void> {
  const claimed = [...owner.state.flights].filter(([, { value }]) => value.startsWith('c'));
  if (claimed.length === 0) return;
  const expect = claimed.map(([key, { value }]): [string, string] => [key, value]);
  const set = expect.map(([key, value]): [string, string] => [
    key,
    formatFlight({ ...parseFlight(value), state: 's', session: '' }),
  ]);
  const nothing = { cursor: null, runs: [], timers: { set: [], remove: [] } };
  const reply = await owner.commit({ ...nothing, expect, flights: { set, remove: [] } });
  if (reply === 'conflict')
    throw new Error('claims settled while they were taken back; taking over once more');
  if (reply === 'lost') return;
  for (const [key, value] of set) {
    const flight = owner.state.flights.get(key);
    if (flight) flight.value = value;
  }
}

/** The ticket of a flight, made again from state; its delivery number makes it a new one for the queue. */
export async function ticketOf(owner: OwnedShard, key: string): Promise<Ticket | undefined> {
  for (let isNarrow = false; ; ) {
    try {
      return makeTicket(owner, key);
    } catch (thrown) {
      if (!(thrown instanceof OutputsNeeded)) throw thrown;
      if ((await owner.loadOutputs(thrown.refs, isNarrow)) === 'too_much') isNarrow = true;
      if (owner.isLost) return undefined;
    }
  }
}

function makeTicket(owner: OwnedShard, key: string): Ticket | undefined {
  const sent = owner.state.flights.get(key);
  const run = sent && owner.state.runs.get(sent.run);
  if (!sent || !run) return undefined;
  const { delivery } = parseFlight(sent.value);
  const prepared = prepareTicket(run, { shard: owner.lease.shard, node: sent.node, delivery });
  return 'value' in prepared ? prepared.value : undefined;
}

/** The node is for one worker only (`broadcast`), and that is gone. */
function isAbandoned(
  { options }: OwnedShard,
  sent: SentFlight,
  { state, isDead, now }: { readonly state: FlightState; readonly isDead: boolean; readonly now: number },
): boolean {
  const { session } = parseQueueName(sent.queue);
  if (session === undefined || state === 'd') return false;
  if (state !== 's') return isDead;
  if (options.facts?.isLive?.(session) !== false) delete sent.goneSince;
  else sent.goneSince ??= now;
  return sent.goneSince !== undefined && now - sent.goneSince >= GONE_AFTER_MS;
}
