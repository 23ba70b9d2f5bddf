/**
 * A live run in its owner's memory: the durable part (header, node records, outputs) and what follows from it (edge
 * counts, progress of fan-outs). The derived part is rebuilt from the durable part alone, so a takeover sees the same.
 */

import { countAwaiting } from './awaiting.ts';
import { countEdges, type MutableEdgeCounts } from './edge-counts.ts';
import { compileGraph, type PlanGraph } from './graph.ts';
import type { Json } from './json.ts';
import type { LoadedOutputs } from './large-outputs.ts';
import type { LimitWait } from './limit/wait.ts';
import { type NodeRecord, newRecord, RECORD_BYTES, unpackRecord } from './node-record.ts';
import { isEnded, isRunEnded } from './node-state.ts';
import type { Plan, PlanTask } from './plan.ts';
import type { NodeOutput, RunHeader } from './run-header.ts';
import { partAtHand, partOf } from './run-part.ts';

/** One fan-out of a run. */
export interface FanState {
  /** Record index of each node, by item. */
  readonly nodes: number[];
  /** Items, in order; resolved again after a takeover (deterministic). */
  items?: readonly Json[];
  /** Started and unfinished. */
  active: number;
  ended: number;
  succeeded: number;
  failed: number;
  skipped: number;
}

export interface TaskState {
  readonly counts: MutableEdgeCounts;
  readonly fan: FanState | undefined;
  /** Longest path from this task to the end of the workflow, its own duration included, ms. */
  remainingMs: number;
}

export interface RunState {
  readonly header: RunHeader;
  readonly plan: Plan;
  /** Plans of the sub-workflows that its tasks start, by hash. Whoever loads the run puts them here. */
  readonly children: Map<string, Plan>;
  readonly graph: PlanGraph;
  readonly nodes: NodeRecord[];
  readonly outputs: Map<number, NodeOutput>;
  readonly tasks: TaskState[];
  /** Tasks whose verdict may have changed, and nodes of fan-outs that were reset. */
  readonly frontier: number[];
  /** Fan-outs with nodes still to be created. */
  readonly expanding: Set<number>;
  /** Fan-outs whose failure budget is spent: their unfinished nodes are to be stopped. */
  readonly stopping: Set<number>;
  /** Nodes (state `blocked`) that may run but are held by a `max_parallel`, in order. */
  readonly held: number[];
  /** Nodes started (queued or later) and unfinished, for `max_parallel`. */
  active: number;
  /** Tasks of the part at hand that have not ended. */
  openTasks: number;
  /** Nodes that wait for somebody, as of the last commit. */
  readonly awaiting: Set<number>;
  /** Position of the progressive cancellation. */
  cancelPosition: number;
  /** Limits of nodes (−1: of the run itself) that ask for them or have them; derived, so a new owner asks again. */
  readonly limited: Map<number, LimitWait>;
  /** When nodes of the run last gave limits back, ms. */
  releasedAt: number;
  /** Position of the progressive withdrawal of what was queued when the run was paused. */
  pausePosition: number;
  /** The run that this one takes over tasks from, while some are to be taken over. */
  former: FormerRun | undefined;
  /** Outputs of fan-outs as lists, once the fan-out has ended. */
  readonly joined: Map<number, Map<string, readonly Json[]>>;
  /** Large outputs in memory, by `keyOf`: shared by all runs of an owner, who puts them here and takes them away. */
  large: Map<string, LoadedOutputs>;
}

/** What is taken over from a run that has ended. */
export type FormerRun = Pick<RunState, 'header' | 'plan' | 'nodes' | 'outputs' | 'tasks'>;

/** A run as it is right after its start was accepted. */
export function newRunState(header: RunHeader, plan: Plan, durations: DurationOf): RunState {
  return rebuild(
    header,
    plan,
    plan.tasks.map((_task, i) => newRecord(i)),
    new Map(),
    durations,
  );
}

/** A run as it was stored. */
export function restoreRunState(
  header: RunHeader,
  plan: Plan,
  stored: { records: Uint8Array; outputs: ReadonlyMap<number, string> },
  durations: DurationOf,
): RunState {
  const view = new DataView(stored.records.buffer, stored.records.byteOffset, stored.records.byteLength);
  const nodes: NodeRecord[] = [];
  for (let i = 0; i < header.nodes; i++) {
    const inside = (i + 1) * RECORD_BYTES <= stored.records.byteLength;
    nodes.push(inside ? unpackRecord(view, i * RECORD_BYTES, header.createdAt) : newRecord(i));
    // A task that was never written has only zeros before its neighbours' records; generations count from 1.
    if (i < plan.tasks.length && nodes[i]?.generation === 0) nodes[i] = newRecord(i);
  }
  const outputs = new Map<number, NodeOutput>();
  for (const [node, json] of stored.outputs) outputs.set(node, JSON.parse(json) as NodeOutput);
  return rebuild(header, plan, nodes, outputs, durations);
}

/** Learned duration of a task, ms. */
export type DurationOf = (task: PlanTask) => number;

function rebuild(
  header: RunHeader,
  plan: Plan,
  nodes: NodeRecord[],
  outputs: Map<number, NodeOutput>,
  durations: DurationOf,
): RunState {
  const graph = compileGraph(plan);
  const run: RunState = {
    header,
    plan,
    children: new Map(),
    graph,
    nodes,
    outputs,
    tasks: [],
    frontier: [],
    expanding: new Set(),
    stopping: new Set(),
    held: [],
    active: 0,
    openTasks: 0,
    awaiting: new Set(),
    cancelPosition: 0,
    limited: new Map(),
    releasedAt: 0,
    pausePosition: 0,
    former: undefined,
    joined: new Map(),
    large: new Map(),
  };
  recount(run);
  countAwaiting(run, nodes.keys());
  measureRemaining(run, durations);
  return run;
}

/** Derives again all that follows from the durable part, which was changed by more than single steps. */
export function recount(run: RunState): void {
  const { header, plan, nodes } = run;
  const before = run.tasks.splice(0);
  for (const [i, task] of plan.tasks.entries()) {
    run.tasks.push({
      counts: countEdges(run, task),
      fan: task.fanOut ? emptyFan() : undefined,
      remainingMs: before[i]?.remainingMs ?? 0,
    });
  }
  for (const list of [run.frontier, run.held]) list.length = 0;
  for (const set of [run.expanding, run.stopping, run.joined]) set.clear();
  run.active = 0;
  run.openTasks = 0;
  run.cancelPosition = 0;
  run.pausePosition = 0;
  for (let i = plan.tasks.length; i < nodes.length; i++) placeFanNode(run, i);
  if (isRunEnded(header.status)) return;
  for (let i = 0; i < plan.tasks.length; i++) countTask(run, i);
  for (let i = plan.tasks.length; i < nodes.length; i++) countFanNode(run, i);
}

function emptyFan(): FanState {
  return { nodes: [], active: 0, ended: 0, succeeded: 0, failed: 0, skipped: 0 };
}

/** Nodes of a generation before their task's are history. */
export function isCurrent(nodes: readonly NodeRecord[], { task, generation }: NodeRecord): boolean {
  return generation >= (nodes[task]?.generation ?? 1);
}

function placeFanNode(run: RunState, index: number): void {
  const record = run.nodes[index];
  const fan = record && run.tasks[record.task]?.fan;
  if (record && fan && isCurrent(run.nodes, record)) fan.nodes[record.item] = index;
}

function countFanNode(run: RunState, index: number): void {
  const record = run.nodes[index];
  const fan = record && run.tasks[record.task]?.fan;
  if (!record || !fan || !isCurrent(run.nodes, record)) return;
  if (isEnded(record.state)) {
    fan.ended++;
    if (record.state === 'succeeded') fan.succeeded++;
    if (record.state === 'failed') fan.failed++;
    if (record.state === 'skipped') fan.skipped++;
  } else if (isActive(record) || run.limited.has(index)) {
    fan.active++;
    run.active++;
  } else if (record.state === 'blocked') run.held.push(index);
  else if (record.state === 'pending') run.frontier.push(index);
}

function countTask(run: RunState, index: number): void {
  const record = run.nodes[index];
  const task = run.plan.tasks[index];
  if (!record || !task || isEnded(record.state) || partOf(task) !== partAtHand(run.header)) return;
  run.openTasks++;
  if (record.state === 'pending') run.frontier.push(index);
  if (record.state === 'blocked' && !run.limited.has(index)) run.held.push(index);
  if (run.tasks[index]?.fan) {
    if (record.expanded) {
      run.expanding.add(index);
      run.stopping.add(index);
    }
  } else if (isActive(record) || run.limited.has(index)) run.active++;
}

/** Whether the node counts for `max_parallel`: started and unfinished. A waiting or retrying node holds no place. */
export function isActive(record: NodeRecord): boolean {
  return record.state === 'queued' || record.state === 'running';
}

/** Longest path to a sink for every task, in one pass against the topological levels. */
function measureRemaining(run: RunState, durations: DurationOf): void {
  const { graph, plan } = run;
  const order = Array.from(plan.tasks, (_task, i) => i).sort(
    (a, b) => (graph.level[b] ?? 0) - (graph.level[a] ?? 0),
  );
  for (const index of order) {
    const task = plan.tasks[index];
    const state = run.tasks[index];
    if (!task || !state) continue;
    let longest = 0;
    for (let at = graph.childStart[index] ?? 0; at < (graph.childStart[index + 1] ?? 0); at++) {
      longest = Math.max(longest, run.tasks[graph.childTask[at] ?? 0]?.remainingMs ?? 0);
    }
    state.remainingMs = longest + durations(task);
  }
}
