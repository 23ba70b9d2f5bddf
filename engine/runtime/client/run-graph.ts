/** The graph of a run with how its nodes stand: one box a task, a fan-out with the counts of its nodes. */
import { compileGraph } from '../../core/graph.ts';
import type { NodeRecord } from '../../core/node-record.ts';
import type { NodeState } from '../../core/node-state.ts';
import type { Plan } from '../../core/plan.ts';
import { isCurrent } from '../../core/run-state.ts';
import { recordsOf, type StoredStates } from './run-view.ts';
import { iso } from './time-view.ts';

export interface GraphNodeView {
  /** Id of the task. */
  readonly id: string;
  readonly level: number;
  /** What it does, in its author's words. */
  readonly description: string | null;
  readonly uses: string;
  readonly queue: string;
  readonly phase: string;
  /** Kind of the fan-out; null for a task without. */
  readonly fan_out: string | null;
  readonly needs: readonly string[];
  readonly status: NodeState;
  /** That have begun, of all its lives; null for a fan-out. */
  readonly attempts: number | null;
  /** When it could begin: what it needs had ended. Null before, and for what never could. */
  readonly ready_at: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  /** Nodes that the fan-out has or will have; null before that is known, and for a task without. */
  readonly items: number | null;
  /** Nodes of a fan-out by state, as far as they are there; null for a task without. */
  readonly states: { readonly [state: string]: number } | null;
}

export interface RunGraphView {
  readonly format: 1;
  readonly run: string;
  readonly version: string;
  /** Events up to this one are in it. */
  readonly seq: number;
  readonly nodes: readonly GraphNodeView[];
}

export function runGraphOf({
  stored,
  plan,
}: {
  readonly stored: StoredStates;
  readonly plan: Plan;
}): RunGraphView {
  const level = levelsOf(plan);
  const records = recordsOf(stored, plan);
  const states = fanStates(records, plan);
  const nodes = plan.tasks.map((task, i): GraphNodeView => {
    const record = records[i];
    return {
      id: task.id,
      level: level[i] ?? 0,
      description: task.description ?? null,
      uses: task.action.uses,
      queue: task.queue,
      phase: task.phase ?? 'main',
      fan_out: task.fanOut?.kind ?? null,
      needs: [...new Set(task.edges.map(({ from }) => plan.tasks[from]?.id ?? ''))],
      status: record?.state ?? 'pending',
      attempts: task.fanOut === undefined ? (record?.attempt ?? 0) : null,
      ready_at: iso(record?.queuedAt),
      started_at: iso(record?.firstStartedAt || record?.startedAt),
      finished_at: iso(record?.endedAt),
      items: task.fanOut === undefined || !record?.expanded ? null : record.item,
      states: task.fanOut === undefined ? null : Object.fromEntries(states.get(i) ?? []),
    };
  });
  const { id, plan: version, seq } = stored.header;
  return { format: 1, run: id, version, seq, nodes };
}

/** A plan never changes, and is asked for again and again while its run goes on. */
const LEVELS = new WeakMap<Plan, readonly number[]>();

function levelsOf(plan: Plan): readonly number[] {
  const known = LEVELS.get(plan) ?? Array.from(compileGraph(plan).level);
  LEVELS.set(plan, known);
  return known;
}

function fanStates(records: readonly NodeRecord[], plan: Plan): Map<number, Map<NodeState, number>> {
  const byTask = new Map<number, Map<NodeState, number>>();
  for (const record of records.slice(plan.tasks.length)) {
    if (!isCurrent(records, record)) continue;
    const counts = byTask.get(record.task) ?? new Map<NodeState, number>();
    byTask.set(record.task, counts.set(record.state, (counts.get(record.state) ?? 0) + 1));
  }
  return byTask;
}
