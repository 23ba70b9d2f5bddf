/**
 * How far a run has come, and when it will end. Tasks weigh what their nodes usually take. The end is that of the longest remaining
 * path, and not before what is left is worked off by as many nodes at once as are now, where some wait for a slot. How long people
 * take is no work and nothing that can be learned: as long as somebody is to be asked, no end is told. Pure.
 */
import type { Learned } from '../forecast/forecast.ts';
import type { NodeRecord } from '../node-record.ts';
import { isEnded } from '../node-state.ts';
import type { Plan, PlanTask } from '../plan.ts';
import { isCurrent } from '../run-state.ts';

export interface AdvanceQuestion {
  readonly plan: Plan;
  readonly records: readonly NodeRecord[];
  readonly learned: Learned;
  /** What running nodes have reported of themselves: node → share that is done, 0 to 1. */
  readonly reported: ReadonlyMap<number, number>;
  /** ms since 1970. */
  readonly now: number;
}

export interface Advance {
  /** Share of the work that is done, 0 to 1. */
  readonly progress: number;
  /** Undefined when no task that is left has run before, and while it depends on somebody. */
  readonly eta: Eta | undefined;
}

export interface Eta {
  /** ms since 1970. */
  readonly at: number;
  /** `learned`: all tasks that are left have run before; `partly`: others are taken for the mean of those. */
  readonly basis: 'learned' | 'partly';
  /** A node whose task has run before takes longer than usual, and the end is later by that. */
  readonly overtime: boolean;
}

/** What a task weighs when nothing at all is known of its workflow, ms. */
const UNKNOWN_MS = 1_000;
/** A node that works on counts at most so far, however long it takes. */
const MOST = 0.95;
/** One that takes longer than usual is taken to need this share of the excess in addition: the longer it took, the longer it will take. */
const OVERTIME = 0.2;
/** Of one node, more than that is worth a word. */
const UNUSUAL_MS = 3_000;

interface TaskWork {
  readonly task: PlanTask;
  readonly nodeMs: number;
  readonly isKnown: boolean;
  readonly isAsking: boolean;
  /** Weight in all, and of what is left, ms of one slot. */
  readonly all: number;
  readonly left: number;
  /** What is left will take so long, ms of one slot: more than it weighs where nodes take longer than usual. */
  readonly leftMs: number;
  /** By so much one of its nodes needs more than usual, ms: the most of them. */
  readonly lateMs: number;
  /** Nodes that have not ended. */
  readonly open: number;
}

const NOTHING_LEFT = { left: 0, leftMs: 0, lateMs: 0, open: 0 } as const;

export function advanceOf(question: AdvanceQuestion): Advance {
  const { plan, records, now } = question;
  const works = workOf(question);
  const all = sumOf(works, (work) => work.all);
  const left = sumOf(works, (work) => work.left);
  const leftMs = sumOf(works, (work) => work.leftMs);
  const progress = all === 0 ? 0 : Math.min(1, Math.max(0, 1 - left / all));
  const open = works.filter((work) => work.open > 0);
  if (!open.some(({ isKnown }) => isKnown) || open.some(({ isAsking }) => isAsking))
    return { progress, eta: undefined };
  const running = records.filter(
    (record) => record.state === 'running' && !isFanOut(plan, record, records),
  ).length;
  const isCrowded = running > 0 && records.some(({ state }) => state === 'queued' || state === 'blocked');
  const path = longestPath(works, isCrowded ? running : Number.POSITIVE_INFINITY);
  const ms = isCrowded ? Math.max(path, leftMs / running) : path;
  return {
    progress,
    eta: {
      at: Math.round(now + ms),
      basis: open.every(({ isKnown }) => isKnown) ? 'learned' : 'partly',
      overtime: open.some(({ isKnown, lateMs }) => isKnown && lateMs > UNUSUAL_MS),
    },
  };
}

/** Of the main part alone: handlers and compensation are not foreseen. */
function workOf({ plan, records, learned, reported, now }: AdvanceQuestion): TaskWork[] {
  const known = plan.tasks.flatMap((task) =>
    asksPeople(task) ? [] : (learned.tasks.get(task.id)?.nodeMs ?? []),
  );
  const usualMs = known.length === 0 ? UNKNOWN_MS : known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const nodesOf = openNodes(plan, records);
  return plan.tasks.map((task, index): TaskWork => {
    const taught = learned.tasks.get(task.id);
    const isAsking = asksPeople(task);
    const nodeMs = isAsking ? 0 : Math.max(1, taught?.nodeMs ?? usualMs);
    const base = { task, nodeMs, isKnown: taught !== undefined, isAsking };
    if (task.phase) return { ...base, ...NOTHING_LEFT, all: 0 };
    const record = records[index];
    const isFan = task.fanOut !== undefined;
    const nodes = isFan ? (record?.expanded ? record.item : Math.max(1, taught?.nodes ?? 1)) : 1;
    const all = Math.max(nodeMs, nodes * nodeMs);
    if (!record || isEnded(record.state)) return { ...base, ...NOTHING_LEFT, all };
    const begun = nodesOf.get(index);
    const ended = begun?.ended ?? 0;
    const rest = (node: number) => restOf(records[node], { nodeMs, now, reported: reported.get(node) });
    const ofBegun = isFan ? (begun?.open ?? []) : [index];
    const untouched = isFan ? Math.max(0, nodes - ended - ofBegun.length) : 0;
    const rests = ofBegun.map(rest);
    const left = Math.min(all, sumOf(rests, ({ weight }) => weight) + untouched * nodeMs);
    const leftMs = sumOf(rests, ({ ms }) => ms) + untouched * nodeMs;
    const lateMs = rests.reduce((most, { ms, weight }) => Math.max(most, ms - weight), 0);
    return { ...base, all, left, leftMs, lateMs, open: ofBegun.length + untouched };
  });
}

/** An approval, or a wait for a signal. */
function asksPeople({ action: { uses, with: options } }: PlanTask): boolean {
  return uses === 'approval' || (uses === 'wait' && options['signal'] !== undefined);
}

interface FanNodes {
  ended: number;
  readonly open: number[];
}

function openNodes(plan: Plan, records: readonly NodeRecord[]): Map<number, FanNodes> {
  const found = new Map<number, FanNodes>();
  for (let node = plan.tasks.length; node < records.length; node++) {
    const record = records[node];
    if (!record || !isCurrent(records, record)) continue;
    const nodes = found.get(record.task) ?? { ended: 0, open: [] };
    found.set(record.task, nodes);
    if (isEnded(record.state)) nodes.ended++;
    else nodes.open.push(node);
  }
  return found;
}

interface Rest {
  readonly weight: number;
  readonly ms: number;
}

/** What is left of one node: by what it reported of itself, else by how long it usually takes. */
function restOf(
  record: NodeRecord | undefined,
  {
    nodeMs,
    now,
    reported,
  }: { readonly nodeMs: number; readonly now: number; readonly reported: number | undefined },
): Rest {
  if (!record || isEnded(record.state) || nodeMs === 0) return { weight: 0, ms: 0 };
  if (record.state !== 'running' && record.state !== 'waiting') return { weight: nodeMs, ms: nodeMs };
  const beganAt = record.startedAt || record.queuedAt;
  const tookMs = beganAt === 0 ? 0 : Math.max(0, now - beganAt);
  const done = Math.min(MOST, reported ?? tookMs / nodeMs);
  const weight = nodeMs * (1 - done);
  // The pace so far counts as much as the share that is done: a first report says little.
  const slowerMs = reported ? (1 - done) * (weight + tookMs) : OVERTIME * (tookMs - nodeMs);
  return { weight, ms: Math.max(weight, slowerMs) };
}

/** Time until the last task ends, when as many nodes of a fan-out run at once as it allows, and `width` in all. */
function longestPath(works: readonly TaskWork[], width: number): number {
  const ends: number[] = [];
  const endOf = (index: number): number => {
    const work = works[index];
    if (!work) return 0;
    let end = ends[index];
    if (end === undefined) {
      const begin = work.open === 0 ? 0 : Math.max(0, ...work.task.edges.map(({ from }) => ends[from] ?? 0));
      end = begin + timeOf(work, width);
      ends[index] = end;
    }
    return end;
  };
  return Math.max(0, ...upstreamFirst(works).map(endOf));
}

function timeOf({ task, leftMs, open }: TaskWork, width: number): number {
  const atOnce = Math.min(open, width, task.maxParallel ?? Number.POSITIVE_INFINITY);
  return open === 0 ? 0 : leftMs / Math.max(1, atOnce);
}

/** Indexes of tasks, each behind all that it needs. */
function upstreamFirst(works: readonly TaskWork[]): number[] {
  const missing = works.map(({ task }) => task.edges.length);
  const downstream = new Map<number, number[]>();
  works.forEach(({ task }, index) => {
    for (const { from } of task.edges) {
      const next = downstream.get(from);
      if (next) next.push(index);
      else downstream.set(from, [index]);
    }
  });
  const order = works.flatMap((_, index) => (missing[index] === 0 ? [index] : []));
  for (const index of order) {
    for (const next of downstream.get(index) ?? []) {
      missing[next] = (missing[next] ?? 0) - 1;
      if (missing[next] === 0) order.push(next);
    }
  }
  return order;
}

function isFanOut(plan: Plan, record: NodeRecord, records: readonly NodeRecord[]): boolean {
  return plan.tasks[record.task]?.fanOut !== undefined && records[record.task] === record;
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}
