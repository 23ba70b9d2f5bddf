/** Dispatch: fills each queue's window with the ready nodes that the policy puts first. */
import { flightKey, isJoined, SENT } from '../../flight.ts';
import { bundleSize, countedOut, type ReadyNode, SMALL_WORK_MS } from '../../policy.ts';
import { prepareTicket } from '../../prepare.ts';
import { addFlight, durationsOf, ENGINE_QUEUE } from '../../shard-state.ts';
import type { Ticket } from '../../ticket.ts';
import { startChild } from '../child/child.ts';
import type { Turn } from '../turn.ts';
import { runEngineAction } from './engine-action.ts';
import { joinChain } from './join.ts';
import { landFlight } from './node.ts';
import type { NodePlace } from './node-place.ts';
import { currentPlace, failWithoutRetry } from './settle.ts';

/** How many tickets may be out in a queue. */
export type WindowOf = (queue: string) => number;
/** Whether all workers of a queue take bundles of small tickets. */
export type MayBundle = (queue: string) => boolean;

/** Sends ready nodes while windows and turn have room. Answers whether nodes settled in it, so that more is to decide. */
export function dispatch(turn: Turn, windowOf: WindowOf, mayBundle: MayBundle): boolean {
  let settled = false;
  takeOversizedAgain(turn);
  for (const [queue, heap] of turn.shard.ready) {
    const window = queue === ENGINE_QUEUE ? Number.POSITIVE_INFINITY : windowOf(queue);
    const bundles = queue !== ENGINE_QUEUE && mayBundle(queue);
    const largest = turn.facts.largestWorker?.(queue) ?? 0;
    const waiting = heap.size;
    let bundle: Bundle | undefined;
    for (let ready = heap.first; ready && !turn.isFull; ready = heap.first) {
      const place = placeOfReady(turn, ready);
      if (!place || isOversized(place, largest)) {
        heap.drop();
        if (place) setAside(turn, place, { queue, ready, largest });
        continue;
      }
      const learnedMs = bundles ? smallWorkMs(turn, place) : undefined;
      const size = learnedMs === undefined ? 1 : bundleSize(learnedMs, waiting, window);
      // A bundle takes one slot, so the window has as many bundles as it has tickets otherwise.
      if (outIn(turn, queue, window) >= window * size) break;
      heap.pop();
      turn.runAtHand = ready.run;
      bundle = size > 1 ? addToBundle(bundle, place, size) : undefined;
      if (!send(turn, queue, place, bundle?.name)) settled = true;
    }
  }
  return settled;
}

function outIn({ shard }: Turn, queue: string, window: number): number {
  return countedOut(shard.sentByQueue.get(queue) ?? 0, shard.atWorkByQueue.get(queue) ?? 0, window);
}

/** Whether no live worker of the queue has so many slots. Without any worker the first to come may have them. */
function isOversized({ task }: NodePlace, largest: number): boolean {
  return largest > 0 && (task.slots ?? 1) > largest;
}

/** It would stay in the queue and keep others out of the window. It says so once, and is looked at again in every turn. */
function setAside(
  turn: Turn,
  { run, index, record, task }: NodePlace,
  { queue, ready, largest }: { readonly queue: string; readonly ready: ReadyNode; readonly largest: number },
): void {
  turn.shard.oversized.push({ queue, slots: task.slots ?? 1, ready: { ...ready, isTold: true } });
  if (ready.isTold) return;
  const reason = `it wants ${task.slots} slots, and the largest live worker of queue "${task.queue}" has ${largest}; start a worker with more slots, or lower \`slots\``;
  turn.event(run, 'node.oversized', { node: index, attempt: record.attempt, detail: { reason } });
}

function takeOversizedAgain({ shard, facts }: Turn): void {
  if (shard.oversized.length === 0) return;
  const waiting = shard.oversized;
  shard.oversized = [];
  for (const one of waiting) {
    const largest = facts.largestWorker?.(one.queue) ?? 0;
    if (largest > 0 && one.slots > largest) shard.oversized.push(one);
    else shard.ready.get(one.queue)?.push(one.ready);
  }
}

/** The node, unless it has moved on since it became ready. */
function placeOfReady(turn: Turn, ready: ReadyNode): NodePlace | undefined {
  const run = turn.shard.runs.get(ready.run);
  const place = run && currentPlace(run, ready);
  // What is queued in a paused run is withdrawn, and queued again when it is resumed.
  return place?.record.state === 'queued' && !run?.header.paused ? place : undefined;
}

/** How long it was learned to take, where that is a few ms only, and it is one of many alike. */
function smallWorkMs(turn: Turn, { run, task }: NodePlace): number | undefined {
  if (!task.fanOut || (task.slots ?? 1) > 1) return undefined;
  const { namespace, workflow } = run.header;
  const learnedMs = durationsOf(turn.shard, namespace, workflow)(task);
  return learnedMs <= SMALL_WORK_MS ? learnedMs : undefined;
}

/** Tickets that follow each other under one name travel together. */
interface Bundle {
  readonly of: string;
  readonly name: string;
  readonly number: number;
  readonly room: number;
}

function addToBundle(open: Bundle | undefined, { run, record }: NodePlace, size: number): Bundle {
  const of = `${run.header.id}:${record.task}`;
  const isSame = open?.of === of;
  if (isSame && open.room > 0) return { ...open, room: open.room - 1 };
  const number = isSame ? open.number + 1 : 1;
  return { of, name: `${of}:${number}`, number, room: size - 1 };
}

/** False when the node settled at once: it needs no worker, or its ticket could not be prepared. */
function send(turn: Turn, queue: string, place: NodePlace, bundle: string | undefined): boolean {
  const { run, index, record, task } = place;
  if (task.child) {
    startChild(turn, place, task.child);
    return false;
  }
  const action = turn.shard.actions.get(task.action.uses);
  if (action) {
    runEngineAction(turn, place, action);
    return false;
  }
  const key = flightKey(run.header.id, index, record.generation, record.attempt);
  const known = turn.shard.flights.get(key);
  if (known && !isJoined(known.value)) return true;
  const prepared = prepareTicket(run, { shard: turn.shard.shard, node: index, delivery: 0 });
  if ('error' in prepared) {
    landFlight(turn, place);
    failWithoutRetry(turn, place, prepared.error);
    return false;
  }
  turn.setFlight(key, SENT);
  addFlight(turn.shard, key, {
    run: run.header.id,
    node: index,
    queue,
    sentAt: turn.now,
    checkedAt: turn.now,
    raises: 0,
    weight: task.slots ?? 1,
    value: SENT,
  });
  turn.tickets.push(
    bundle !== undefined ? { ...prepared.value, bundle } : withChain(turn, place, prepared.value),
  );
  return true;
}

function withChain(turn: Turn, place: NodePlace, ticket: Ticket): Ticket {
  const chain = joinChain(turn, place);
  return chain ? { ...ticket, chain } : ticket;
}
