/**
 * The public form of a run and of its history: what `sluice show --json` prints and what clients get. A contract: names
 * change only with a new `format`. Times are RFC 3339 in UTC, null when it has not happened.
 */
import type { EventRecord } from '../../core/event.ts';
import type { Learned } from '../../core/forecast/index.ts';
import type { Json } from '../../core/json.ts';
import { type NodeRecord, newRecord, RECORD_BYTES, unpackRecord } from '../../core/node-record.ts';
import type { NodeState, RunStatus } from '../../core/node-state.ts';
import type { Plan, TaskPhase } from '../../core/plan.ts';
import { advanceOf, type Eta } from '../../core/progress/run-advance.ts';
import type { NodeOutput, RunError, RunHeader } from '../../core/run-header.ts';
import { isCurrent } from '../../core/run-state.ts';
import type { StoredRun } from '../../ports/shard-store.ts';
import { type AttemptView, attemptsOf } from './attempt-view.ts';
import { costOfNode, costOfRun } from './cost-view.ts';
import { RunPast } from './run-past.ts';
import { iso } from './time-view.ts';
import { childOf, viewWaiting, type WaitingView } from './waiting-view.ts';

export interface NodeView {
  /** `resize`, or `resize[3]` for a node of a fan-out. */
  readonly id: string;
  readonly task: string;
  /** Index within a fan-out; null for a task without. */
  readonly index: number | null;
  readonly status: NodeState;
  /** The part of the run that it belongs to. */
  readonly phase: 'main' | TaskPhase;
  /** Times that it began anew, and one: its status is that of its newest life. */
  readonly generation: number;
  readonly attempts: readonly AttemptView[];
  readonly outputs: { readonly [name: string]: Json };
  readonly artifacts: { readonly [name: string]: Json };
  /** Ids of the tasks that it depends on. */
  readonly needs: readonly string[];
  /** What a waiting node waits for; null for any other. */
  readonly waiting: WaitingView | null;
  /** Id of the run that it started last, for a sub-workflow; null before, and for any other task. */
  readonly child: string | null;
  /** Cost of its attempts that are over, of all its lives: what they reported, else by the rate of the task; null when nobody counts it. */
  readonly cost: number | null;
}

export interface ParentView {
  readonly run: string;
  /** Name of the node there. */
  readonly node: string;
}

export interface RunView {
  readonly format: 1;
  readonly id: string;
  readonly namespace: string;
  readonly workflow: string;
  readonly version: string;
  readonly status: RunStatus;
  readonly inputs: { readonly [name: string]: Json };
  readonly outputs: { readonly [name: string]: Json };
  readonly error: RunError | null;
  /** The node of another run that started this one; null without. */
  readonly parent: ParentView | null;
  /** Cost of all attempts that are over, also of nodes that were done again; null when nobody counts it. */
  readonly cost: number | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  /** When it was last taken up again after its end; null when it never was. */
  readonly retried_at: string | null;
  /** Share of the work that is done, 0 to 1: nodes weigh as long as they usually take. */
  readonly progress: number;
  /** When it will end, by how long its tasks usually take; null when none of what is left has run before, and while nothing moves. */
  readonly eta: { readonly at: string; readonly basis: Eta['basis']; readonly overtime: boolean } | null;
  readonly nodes: readonly NodeView[];
}

export interface EventView {
  readonly seq: number;
  readonly type: string;
  /** Node id as in `NodeView.id`; null for events of the run. */
  readonly node: string | null;
  readonly attempt: number | null;
  readonly at: string;
  readonly [detail: string]: Json;
}

/** What is known beside the run. */
export interface Known {
  /** ms since 1970. */
  readonly now: number;
  readonly learned: Learned;
}

/** What of a stored run its records alone tell. */
export type StoredStates = Pick<StoredRun, 'header' | 'records'>;

export function viewRun(
  stored: StoredRun,
  plan: Plan,
  { events, ...known }: Known & { readonly events: readonly EventRecord[] },
): RunView {
  return viewRunWithPast(stored, plan, { past: new RunPast(events), ...known });
}

export function viewRunWithPast(
  stored: StoredRun,
  plan: Plan,
  { past, ...known }: Known & { readonly past: RunPast },
): RunView {
  const records = recordsOf(stored, plan);
  const nodes = [...records.entries()]
    .filter(([, record]) => isCurrent(records, record))
    .map(([index, record]) =>
      viewNode(index, record, plan, { output: readLeft(stored, index), events: past.of(index) }),
    )
    .sort((a, b) => a.order - b.order || a.item - b.item)
    .map(({ view }) => view);
  const cost = costOfRun(stored.header, () => costsOfNodes(records, plan, past));
  return { ...viewWhole({ header: stored.header, records, plan, past, cost }, known), nodes };
}

/** Of nodes of all generations. */
export function costsOfNodes(
  records: readonly NodeRecord[],
  plan: Plan,
  past: RunPast,
): readonly (number | null)[] {
  return records.map(({ task }, index) => costOfNode(plan.tasks[task]?.costPerHour, past.of(index)));
}

/** All but its nodes. */
export function viewWhole(
  { cost, ...run }: Advancing & { readonly cost: number | null },
  known: Known,
): Omit<RunView, 'nodes'> {
  const { header, past } = run;
  return {
    format: 1,
    id: header.id,
    namespace: header.namespace,
    workflow: header.workflow,
    version: header.plan,
    status: header.status,
    inputs: header.inputs,
    outputs: header.outputs ?? {},
    error: header.error ?? null,
    parent: viewParent(header),
    cost,
    created_at: iso(header.createdAt) ?? '',
    started_at: iso(header.startedAt),
    finished_at: iso(header.finishedAt),
    retried_at: iso(past.retriedAt),
    ...advanceOfRun(run, known),
  };
}

/** Id of a record's node for people. */
export function nodeName(record: Pick<NodeRecord, 'task' | 'item'>, index: number, plan: Plan): string {
  const id = plan.tasks[record.task]?.id ?? '?';
  return index < plan.tasks.length ? id : `${id}[${record.item}]`;
}

/** All node records of a stored run; those not written yet are pending. */
export function recordsOf({ header, records }: StoredStates, plan: Plan): NodeRecord[] {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  return Array.from({ length: Math.max(header.nodes, plan.tasks.length) }, (_, i) => {
    const record =
      (i + 1) * RECORD_BYTES <= records.byteLength
        ? unpackRecord(view, i * RECORD_BYTES, header.createdAt)
        : newRecord(i);
    return i < plan.tasks.length && record.task !== i ? newRecord(i) : record;
  });
}

interface OrderedView {
  readonly view: NodeView;
  readonly order: number;
  readonly item: number;
}

interface NodeFacts {
  readonly output: NodeOutput;
  /** Its own, in order. */
  readonly events: readonly EventRecord[];
}

/** A run that was started by a node, whether or not that waits for it. */
function viewParent({ trigger }: RunHeader): ParentView | null {
  const { type, run_id: run, node } = trigger;
  return type === 'workflow' && typeof run === 'string' && typeof node === 'string' ? { run, node } : null;
}

function viewNode(index: number, record: NodeRecord, plan: Plan, { output, events }: NodeFacts): OrderedView {
  const attempts = attemptsOf(events);
  const task = plan.tasks[record.task];
  const isFanNode = index >= plan.tasks.length;
  const view: NodeView = {
    id: nodeName(record, index, plan),
    task: task?.id ?? '?',
    index: isFanNode ? record.item : null,
    status: record.state,
    phase: task?.phase ?? 'main',
    generation: record.generation,
    attempts,
    outputs: record.state === 'succeeded' ? (output.o ?? {}) : {},
    artifacts: output.a ?? {},
    needs: [...new Set(task?.edges.map((edge) => plan.tasks[edge.from]?.id ?? '?'))],
    waiting: viewWaiting(record, output, events),
    child: task?.child ? childOf(events, output) : null,
    cost: costOfNode(task?.costPerHour, events),
  };
  return { view, order: record.task, item: isFanNode ? record.item : -1 };
}

/** What a node left behind. */
export function readLeft(stored: StoredRun, index: number): NodeOutput {
  const json = stored.outputs.get(index);
  return json === undefined ? {} : (JSON.parse(json) as NodeOutput);
}

/** An event with its node's name. `nodes` are the run's records, in order. */
export function viewEvent(event: EventRecord, plan: Plan, nodes: readonly NodeRecord[]): EventView {
  const { seq, type, node, attempt, at, detail = {} } = event;
  const record = node === undefined ? undefined : nodes[node];
  const name =
    node === undefined ? null : record ? nodeName(record, node, plan) : (plan.tasks[node]?.id ?? `#${node}`);
  const { until, started, ...rest } = detail;
  return {
    seq,
    type,
    node: name,
    attempt: attempt ?? null,
    at: iso(at) ?? '',
    ...(until === undefined ? {} : { until: iso(until) }),
    ...(started === undefined ? {} : { started_at: iso(started) }),
    ...(rest as { [name: string]: Json }),
  };
}

/** Of an ended run 1: what it did not do was not to be done. */
function advanceOfRun(
  { header, records, plan, past }: Advancing,
  { now, learned }: Known,
): Pick<RunView, 'progress' | 'eta'> {
  if (header.finishedAt !== undefined) return { progress: 1, eta: null };
  const { progress, eta } = advanceOf({ plan, records, learned, reported: past.reported(records), now });
  const isMoving = header.status === 'running' && header.paused === undefined;
  return {
    progress,
    eta: eta && isMoving ? { ...eta, at: new Date(eta.at).toISOString() } : null,
  };
}

interface Advancing {
  readonly header: RunHeader;
  readonly records: readonly NodeRecord[];
  readonly plan: Plan;
  readonly past: RunPast;
}
