/**
 * What a run would do, without running it: its nodes, levels, widest point and critical path for the given inputs, with times
 * learned from former runs. Pure. Fan-outs whose items follow from the inputs are counted; others are unknown.
 */
import { fanOutItems, isDerived } from '../fan-out.ts';
import type { JsonObject } from '../json.ts';
import type { Plan, PlanTask } from '../plan.ts';
import { preparing } from '../prepare.ts';
import type { RunHeader } from '../run-header.ts';
import { newRunState, type RunState } from '../run-state.ts';
import { runScope } from '../scope.ts';
import { type Expected, expectedTasks } from './expected.ts';
import { type Learned, NOTHING_LEARNED, type RunForecast, type TaskForecast } from './forecast.ts';

export {
  type Learned,
  type LearnedTask,
  NOTHING_LEARNED,
  type RunForecast,
  type TaskForecast,
} from './forecast.ts';

export interface ForecastQuestion {
  readonly plan: Plan;
  /** Checked already: see `resolveInputs`. */
  readonly inputs: JsonObject;
  /** ms since 1970: what `now()` answers. */
  readonly now: number;
  readonly learned?: Learned;
  /** Definition of a sub-workflow, where it is at hand. */
  readonly childOf?: (task: PlanTask) => Plan | undefined;
}

export function forecastRun(question: ForecastQuestion): RunForecast {
  const { plan, learned = NOTHING_LEARNED } = question;
  const run = newRunState(headerOf(question), plan, () => 0);
  const main = plan.tasks.flatMap(({ phase }, i) => (phase === undefined ? [i] : []));
  const level = (index: number) => run.graph.level[index] ?? 0;
  const order = [...main].sort((a, b) => level(a) - level(b) || a - b);
  // Counted before the tasks are taken for ended, so that nothing is read that is not there.
  const counts = plan.tasks.map((task) => nodesOf(run, task, question.now));
  const expected = expectedTasks(run, order, question.now);
  const times = plan.tasks.map((task, i) =>
    expected[i]?.expected === 'skipped' ? 0 : timeOf(task, counts[i] ?? null, learned),
  );
  const path = criticalPath(run, order, times);
  const tasks = order.map((index) => taskForecast(question, index, { run, counts, expected, times, path }));
  const running = tasks.filter((task) => task.expected !== 'skipped');
  return {
    format: 1,
    workflow: plan.name,
    version: plan.hash,
    tasks,
    levels: Math.max(0, ...tasks.map((task) => task.level)),
    nodes: running.reduce((sum, { nodes }) => sum + (nodes ?? 0), 0),
    is_exact: running.every(({ nodes, expected: is }) => nodes !== null && is === 'runs'),
    widest: widestOf(running, plan.maxParallel),
    critical_path: path.flatMap((index) => plan.tasks[index]?.id ?? []),
    estimate_ms: learned.runs === 0 ? null : path.reduce((sum, index) => sum + (times[index] ?? 0), 0),
    learned_from: learned.runs,
  };
}

function headerOf({ plan, inputs, now }: ForecastQuestion): RunHeader {
  return {
    format: 1,
    id: '',
    namespace: plan.namespace,
    workflow: plan.name,
    plan: plan.hash,
    inputs,
    labels: {},
    priority: plan.priority,
    trigger: { type: 'manual' },
    status: 'running',
    seq: 0,
    nodes: plan.tasks.length,
    createdAt: now,
    startedAt: now,
    fingerprint: '',
  };
}

/** Null when the number depends on what other tasks give, or on which workers live. */
function nodesOf(run: RunState, { fanOut }: PlanTask, now: number): number | null {
  if (!fanOut) return 1;
  if (!isDerived(fanOut)) return null;
  const reply = preparing(() => fanOutItems(fanOut, runScope(run, now)));
  return 'value' in reply && 'items' in reply.value ? reply.value.items.length : null;
}

/** Nodes come in rounds of `max_parallel`. Undefined when the task has never run. */
function timeOf(task: PlanTask, nodes: number | null, { tasks }: Learned): number | undefined {
  const known = tasks.get(task.id);
  if (!known) return undefined;
  const count = nodes ?? Math.round(known.nodes);
  const rounds = task.fanOut ? Math.ceil(count / (task.maxParallel ?? Math.max(1, count))) : 1;
  return rounds * known.nodeMs;
}

/** The longest way through the graph by time; tasks that were never seen count for the number of steps only. */
function criticalPath(
  { plan }: RunState,
  order: readonly number[],
  times: readonly (number | undefined)[],
): number[] {
  const best = new Map<number, { readonly length: number; readonly before: number | undefined }>();
  let last: number | undefined;
  for (const index of order) {
    const upstream = (plan.tasks[index]?.edges ?? [])
      .map(({ from }) => from)
      .filter((from) => best.has(from));
    const before = upstream.reduce<number | undefined>(
      (a, b) => (a === undefined || lengthOf(best, b) > lengthOf(best, a) ? b : a),
      undefined,
    );
    const length = (before === undefined ? 0 : lengthOf(best, before)) + (times[index] ?? UNKNOWN_STEP);
    best.set(index, { length, before });
    if (last === undefined || length > lengthOf(best, last)) last = index;
  }
  const path: number[] = [];
  for (let at = last; at !== undefined; at = best.get(at)?.before)
    if ((times[at] ?? UNKNOWN_STEP) > 0) path.unshift(at);
  return path;
}

/** Small, so that what is known weighs more. */
const UNKNOWN_STEP = 1e-6;

function lengthOf(best: ReadonlyMap<number, { readonly length: number }>, index: number): number {
  return best.get(index)?.length ?? 0;
}

interface Parts {
  readonly run: RunState;
  readonly counts: readonly (number | null)[];
  readonly expected: readonly Expected[];
  readonly times: readonly (number | undefined)[];
  readonly path: readonly number[];
}

function taskForecast(
  question: ForecastQuestion,
  index: number,
  { run, counts, expected, times, path }: Parts,
): TaskForecast {
  const { plan, now, childOf } = question;
  const task = plan.tasks[index];
  const { expected: is, because } = expected[index] ?? { expected: 'runs', because: null };
  const child = task && childOf?.(task);
  return {
    task: task?.id ?? '',
    level: (run.graph.level[index] ?? 0) + 1,
    needs: [...new Set(task?.edges.map(({ from }) => plan.tasks[from]?.id ?? ''))],
    uses: task?.action.uses ?? '',
    queue: task?.queue ?? '',
    nodes: counts[index] ?? null,
    max_parallel: task?.maxParallel ?? null,
    expected: is,
    because,
    estimate_ms: is === 'skipped' ? null : (times[index] ?? null),
    is_critical: path.includes(index),
    child: child
      ? forecastRun({ plan: child, inputs: defaultsOf(child), now, ...(childOf ? { childOf } : {}) })
      : null,
  };
}

/** What a child is given may depend on outputs, so it is shown for its defaults. */
function defaultsOf({ inputs }: Plan): JsonObject {
  return Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, spec.default ?? null]));
}

function widestOf(tasks: readonly TaskForecast[], maxParallel: number | undefined): RunForecast['widest'] {
  const byLevel = new Map<number, number>();
  for (const { level, nodes, max_parallel } of tasks) {
    const atOnce = Math.min(nodes ?? 1, max_parallel ?? Number.POSITIVE_INFINITY);
    byLevel.set(level, (byLevel.get(level) ?? 0) + atOnce);
  }
  let widest: RunForecast['widest'] = null;
  for (const [level, nodes] of byLevel) {
    const bounded = Math.min(nodes, maxParallel ?? Number.POSITIVE_INFINITY);
    if (widest === null || bounded > widest.nodes) widest = { level, nodes: bounded };
  }
  return widest;
}
