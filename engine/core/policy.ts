/**
 * The scheduling policy: which ready node goes next to a queue, and how its rank shows in BullMQ's priority.
 *
 * A weighted schedule of priority and execution time: first the priority class, aged by waiting so that no class starves;
 * within a class the node with the longest remaining path (by learned durations), since that bounds the end of its run.
 */
import { PriorityHeap } from './priority-heap.ts';

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
}

/** Smaller goes first: the time at which the node entered, less one ageing step for each class. Static, so heaps stay valid. */
export function agedClass(node: Pick<ReadyNode, 'queuedAt' | 'priority'>): number {
  return Math.floor(node.queuedAt / AGEING_MS) - node.priority;
}

export function goesBefore(a: ReadyNode, b: ReadyNode): boolean {
  const byClass = agedClass(a) - agedClass(b);
  if (byClass !== 0) return byClass < 0;
  if (a.remainingMs !== b.remainingMs) return a.remainingMs > b.remainingMs;
  return a.order < b.order;
}

export function readyQueue(): PriorityHeap<ReadyNode> {
  return new PriorityHeap(goesBefore);
}

/** Learned to take at most this long, a node of a fan-out is small work, ms. */
export const SMALL_WORK_MS = 5;
/** Small tickets that travel together at most: a bundle keeps its slot for some tens of ms. */
export const MAX_BUNDLE = 8;

/** How many tickets a shard keeps in one BullMQ queue. Short, so that the shard can still choose. */
export function dispatchWindow(liveSlots: number, busyShards: number): number {
  return Math.max(MIN_WINDOW, Math.ceil((TICKETS_PER_SLOT * liveSlots) / Math.max(1, busyShards)));
}

/** BullMQ priority, always set (a job without one would run before all others); smaller runs first. */
export function queuePriority(node: Pick<ReadyNode, 'priority' | 'remainingMs'>): number {
  // Ranks are logarithmic: what matters is which path is longer, not by how many ms.
  const rank = Math.min(CLASS_WIDTH - 2, Math.floor(Math.log2(1 + node.remainingMs) * 5_000));
  return 1 + (9 - node.priority) * CLASS_WIDTH + (CLASS_WIDTH - 2 - rank);
}
