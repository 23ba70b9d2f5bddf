/**
 * The scheduling policy: which ready node goes next to a queue, and how its rank shows in BullMQ's priority.
 *
 * First fairness: the runs' fairness keys share what there is by virtual time. Within a key the priority class, aged by waiting
 * so that no class starves, says whose turn it is. A run spends its turns of one class on the node with the longest remaining
 * path (by learned durations), however long others of its nodes have waited, since that bounds the end of the run: ageing
 * between runs keeps them from starving each other, within one run it would only make it end later.
 */
import { FairQueue } from './fair-queue.ts';
import { GroupedHeap } from './grouped-heap.ts';

/** Waiting this long is worth one priority class, ms. Ageing as an offset in time, as Trigger.dev does it. */
export const AGEING_MS = 60_000;
/** Width of one priority class in BullMQ's range of 1 to 2,097,151. */
const CLASS_WIDTH = 200_000;
/** A queue's window in BullMQ never closes below this. */
const MIN_WINDOW = 16;
/** Tickets in BullMQ for each live slot: one being worked on, one at hand. */
const TICKETS_PER_SLOT = 2;

export interface ReadyNode {
  readonly run: string;
  readonly node: number;
  readonly generation: number;
  readonly attempt: number;
  /** 0 lowest to 9. */
  readonly priority: number;
  readonly queuedAt: number;
  /** Longest remaining path including this node, ms, from learned durations. */
  readonly remainingMs: number;
  /** Order of becoming ready within the shard, for ties. */
  readonly order: number;
  /** Who shares fairly with others; empty without a key. */
  readonly fairness: string;
  /** What it takes of what is shared: its learned duration times its slots, ms. */
  readonly cost: number;
  /** It was said already that it wants more slots than any worker has. */
  readonly isTold?: true;
}

/** Smaller goes first: the time at which the node entered, less one ageing step for each class. Static, so heaps stay valid. */
export function agedClass(node: Pick<ReadyNode, 'queuedAt' | 'priority'>): number {
  return Math.floor(node.queuedAt / AGEING_MS) - node.priority;
}

/** Whose turn comes first. */
export function goesBefore(a: ReadyNode, b: ReadyNode): boolean {
  const byClass = agedClass(a) - agedClass(b);
  if (byClass !== 0) return byClass < 0;
  if (a.remainingMs !== b.remainingMs) return a.remainingMs > b.remainingMs;
  return a.order < b.order;
}

/** On which of its nodes a run spends a turn. */
function isWantedBefore(a: ReadyNode, b: ReadyNode): boolean {
  return a.remainingMs === b.remainingMs ? a.order < b.order : a.remainingMs > b.remainingMs;
}

export type ReadyQueue = FairQueue<ReadyNode>;

export function readyQueue(): ReadyQueue {
  return new FairQueue({
    newWaiting: () =>
      new GroupedHeap<ReadyNode>({
        groupOf: ({ run, priority }) => `${priority} ${run}`,
        before: goesBefore,
        wantedBefore: isWantedBefore,
      }),
    keyOf: ({ fairness }) => fairness,
    costOf: ({ cost }) => cost,
  });
}

/** What puts a node where it stands in its queue, term by term in the order in which they count. */
export interface RankTerms {
  readonly fairness: string;
  /** Priority class as written, 0 lowest to 9. */
  readonly priority: number;
  readonly waitedMs: number;
  /** Class with what waiting has added, compared with a node that becomes ready now. */
  readonly agedPriority: number;
  /** Longest remaining path, ms: decides within a class. */
  readonly remainingMs: number;
  /** How it stands among tickets in BullMQ; smaller runs first. */
  readonly queuePriority: number;
}

/** The terms of a node's rank at `now`, from the same functions that order it. */
export function explainRank(
  node: Pick<ReadyNode, 'fairness' | 'priority' | 'queuedAt' | 'remainingMs'>,
  now: number,
): RankTerms {
  const { fairness, priority, queuedAt, remainingMs } = node;
  return {
    fairness,
    priority,
    waitedMs: Math.max(0, now - queuedAt),
    agedPriority: agedClass({ queuedAt: now, priority: 0 }) - agedClass(node),
    remainingMs,
    queuePriority: queuePriority(node),
  };
}

/** Learned to take at most this long, a node of a fan-out is small work, ms. */
export const SMALL_WORK_MS = 5;
/** Small tickets that travel together at most … */
export const MAX_BUNDLE = 32;
/** … and how long a bundle may keep its slot, by what was learned, ms. */
const BUNDLE_MS = 40;

/** How many small tickets travel together. `ready`: nodes that wait for room in the queue's `window`. */
export function bundleSize(learnedMs: number, ready: number, window: number): number {
  const inTime = Math.floor(BUNDLE_MS / Math.max(learnedMs, BUNDLE_MS / MAX_BUNDLE));
  // No slot goes without while another has many.
  const share = Math.ceil((TICKETS_PER_SLOT * ready) / window);
  return Math.max(1, Math.min(inTime, share));
}

/** How many tickets a shard keeps in one BullMQ queue. Short, so that the shard can still choose. */
export function dispatchWindow(liveSlots: number, busyShards: number): number {
  return Math.max(MIN_WINDOW, Math.ceil((TICKETS_PER_SLOT * liveSlots) / Math.max(1, busyShards)));
}

/**
 * What of a shard's tickets counts against its window. Work under way beyond the half of the window that is meant for it does not: work
 * lies unevenly on the shards, and the slots that others leave free are for whoever has more.
 */
export function countedOut(sent: number, atWork: number, window: number): number {
  return sent - Math.max(0, atWork - Math.floor(window / TICKETS_PER_SLOT));
}

/** BullMQ priority, always set (a job without one would run before all others); smaller runs first. */
export function queuePriority(node: Pick<ReadyNode, 'priority' | 'remainingMs'>): number {
  // Ranks are logarithmic: what matters is which path is longer, not by how many ms.
  const rank = Math.min(CLASS_WIDTH - 2, Math.floor(Math.log2(1 + node.remainingMs) * 5_000));
  return 1 + (9 - node.priority) * CLASS_WIDTH + (CLASS_WIDTH - 2 - rank);
}

/** A ticket is raised by one class after waiting at least so long in BullMQ, whose own order starves, and again after as long. */
export const RAISE_AFTER_MS = 10_000;

/** Tickets of one shard in one queue. */
export interface QueueTraffic {
  readonly sent: number;
  readonly claimed: number;
  /** Mean of their learned durations, ms. */
  readonly meanMs: number;
}

/**
 * Waiting that is worth a raise, ms: as long as first in, first out would have let it wait. Sooner, and long nodes would be
 * taken in the order of their coming, whatever their rank.
 */
export function raisePeriod({ sent, claimed, meanMs }: QueueTraffic): number {
  return Math.max(RAISE_AFTER_MS, claimed === 0 ? meanMs : (meanMs * sent) / claimed);
}

/** Classes by which a ticket stands higher after waiting in BullMQ for so long. */
export function raisesAfter(waitedMs: number, periodMs: number): number {
  return Math.floor(Math.max(0, waitedMs) / periodMs);
}

/** The priority after so many raises; in the end it is the first of all. */
export function raisedPriority(priority: number, raises: number): number {
  return Math.max(1, priority - raises * CLASS_WIDTH);
}
