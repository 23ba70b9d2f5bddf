/** Builders for plans, headers and runs, as short as what a test is about: `aRun({ a: 'succeeded' })`. */
import type { Json } from '../../engine/core/json.ts';
import { type NodeRecord, newRecord } from '../../engine/core/node-record.ts';
import type { NodeState } from '../../engine/core/node-state.ts';
import { type Plan, type PlanEdge, type PlanTask, sealPlan } from '../../engine/core/plan.ts';
import { NO_RETRY, type RetryPolicy } from '../../engine/core/retry-policy.ts';
import type { NodeOutput, RunHeader } from '../../engine/core/run-header.ts';
import { newRunState, type RunState } from '../../engine/core/run-state.ts';

/** Creation time of built runs, ms since 1970. */
export const START_MS = Date.UTC(2026, 0, 1);
export const RUN_ID = '01KDVDSG00000000000000000A';

export type NeedDraft = string | (Omit<PlanEdge, 'from'> & { readonly task: string });

export interface TaskDraft extends Partial<Omit<PlanTask, 'id' | 'edges'>> {
  readonly id: string;
  readonly needs: readonly NeedDraft[];
}

/** A task that a worker does, of queue `default`, without retry or limits. */
export function aTask(
  id: string,
  needs: readonly NeedDraft[] = [],
  change: Partial<Omit<PlanTask, 'id' | 'edges'>> = {},
): TaskDraft {
  return { id, needs, ...change };
}

/** A foreach over a list, or over what an expression answers. */
export function aFanOut(
  id: string,
  items: number | string,
  change: Partial<Omit<PlanTask, 'id' | 'edges'>> & { readonly needs?: readonly NeedDraft[] } = {},
): TaskDraft {
  const { needs = [], ...rest } = change;
  const list = typeof items === 'number' ? Array.from({ length: items }, (_, i) => i) : items;
  return aTask(id, needs, { fanOut: { kind: 'foreach', items: list }, ...rest });
}

/** A retry policy of `attempts` in all, a second apart. */
export function aRetry(attempts: number, change: Partial<RetryPolicy> = {}): RetryPolicy {
  return { ...NO_RETRY, backoff: 'fixed', attempts, ...change };
}

/** A switch of two cases over the input `choice`, as the compiler writes it. */
export function aSwitch(id: string, cases: readonly string[], fallback?: string): TaskDraft {
  const options = cases.map((name) => ({ name, if: `\${{ inputs.choice == '${name}' }}` }));
  return aTask(id, [], {
    action: { uses: 'switch', with: { cases: options, ...(fallback ? { default: fallback } : {}) } },
  });
}

/** A plan of tasks in this order; a bare id is a task without needs. */
export function aPlan(tasks: readonly (string | TaskDraft)[], change: Partial<Plan> = {}): Plan {
  const drafts = tasks.map((task) => (typeof task === 'string' ? aTask(task) : task));
  const numbers = new Map(drafts.map(({ id }, i) => [id, i]));
  return sealPlan({
    format: 1,
    name: 'built',
    namespace: 'default',
    labels: {},
    inputs: {},
    priority: 5,
    outputs: {},
    ...change,
    tasks: drafts.map((draft) => planTask(draft, numbers)),
  });
}

function planTask({ id, needs, ...change }: TaskDraft, numbers: ReadonlyMap<string, number>): PlanTask {
  return {
    id,
    triggerRule: 'all_success',
    action: { uses: 'work', with: {} },
    maxFailures: { count: 0 },
    failFast: true,
    retry: NO_RETRY,
    allowFailure: false,
    queue: 'default',
    priority: 5,
    env: {},
    artifacts: {},
    files: {},
    ...change,
    edges: needs.map((need) => planEdge(need, numbers)),
  };
}

function planEdge(need: NeedDraft, numbers: ReadonlyMap<string, number>): PlanEdge {
  const { task, ...edge } = typeof need === 'string' ? { task: need } : need;
  const from = numbers.get(task);
  if (from === undefined) throw new Error(`the plan has no task ${task}`);
  return { from, ...edge };
}

export function aHeader(plan: Plan, change: Partial<RunHeader> = {}): RunHeader {
  return {
    format: 1,
    id: RUN_ID,
    namespace: plan.namespace,
    workflow: plan.name,
    plan: plan.hash,
    inputs: {},
    labels: {},
    priority: plan.priority,
    trigger: { type: 'manual' },
    status: 'queued',
    seq: 0,
    nodes: 0,
    createdAt: START_MS,
    fingerprint: 'f',
    ...change,
  };
}

export interface RunDraft {
  readonly plan?: Plan;
  readonly inputs?: { readonly [name: string]: Json };
  /** Task id → what it left. */
  readonly left?: { readonly [task: string]: NodeOutput };
  /** Fan-out task id → its nodes, by item. */
  readonly fans?: { readonly [task: string]: readonly { state: NodeState; left?: NodeOutput }[] };
}

/** A running run whose tasks stand as given; all others are pending. Without a plan the tasks have no edges. */
export function aRun(states: { readonly [task: string]: NodeState }, draft: RunDraft = {}): RunState {
  const plan = draft.plan ?? aPlan(Object.keys(states));
  const header = aHeader(plan, { status: 'running', startedAt: START_MS, inputs: draft.inputs ?? {} });
  const run = newRunState(header, plan, () => 1_000);
  const indexOf = (id: string) => plan.tasks.findIndex((task) => task.id === id);
  for (const [id, state] of Object.entries(states)) settleRecord(run.nodes[indexOf(id)], state);
  for (const [id, left] of Object.entries(draft.left ?? {})) run.outputs.set(indexOf(id), left);
  for (const [id, nodes] of Object.entries(draft.fans ?? {})) {
    const fan = run.tasks[indexOf(id)]?.fan;
    for (const [item, { state, left }] of nodes.entries()) {
      const record = newRecord(indexOf(id), item);
      settleRecord(record, state);
      fan?.nodes.push(run.nodes.length);
      if (left) run.outputs.set(run.nodes.length, left);
      run.nodes.push(record);
    }
  }
  return run;
}

function settleRecord(record: NodeRecord | undefined, state: NodeState): void {
  if (!record) throw new Error('the plan has no such task');
  Object.assign(record, {
    state,
    attempt: 1,
    queuedAt: START_MS,
    startedAt: START_MS,
    endedAt: START_MS + 2_000,
  });
}
