/** What is different between two runs: inputs, definition, how long tasks took, outputs, and where they first parted. */
import { compileGraph } from '../../core/graph.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Plan, PlanTask } from '../../core/plan.ts';
import { taskSpans } from './critical-path.ts';
import type { NodeView, RunView } from './run-view.ts';

export interface ComparedRun {
  readonly view: RunView;
  readonly plan: Plan;
}

/** One name whose values differ; absent on a side where there is none. */
export interface ValueChange {
  readonly name: string;
  readonly a?: Json;
  readonly b?: Json;
}

export interface DefinitionDiff {
  readonly is_same_version: boolean;
  /** Keys of the workflow itself. */
  readonly workflow: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly task: string; readonly keys: readonly string[] }[];
}

export interface DurationChange {
  readonly task: string;
  readonly a_ms: number | null;
  readonly b_ms: number | null;
}

export interface Divergence {
  readonly node: string;
  readonly what: 'status' | 'outputs' | 'nodes';
  readonly a: { readonly status: string; readonly outputs: NodeView['outputs'] } | null;
  readonly b: { readonly status: string; readonly outputs: NodeView['outputs'] } | null;
}

export interface RunDiff {
  readonly format: 1;
  readonly a: RunLine;
  readonly b: RunLine;
  readonly inputs: readonly ValueChange[];
  readonly definition: DefinitionDiff;
  readonly durations: readonly DurationChange[];
  readonly outputs: readonly ValueChange[];
  /** The first node, upstream first, that ended otherwise or gave something else. */
  readonly first_divergence: Divergence | null;
}

interface RunLine {
  readonly run: string;
  readonly workflow: string;
  readonly version: string;
  readonly status: string;
  readonly took_ms: number | null;
}

export function diffRuns(a: ComparedRun, b: ComparedRun): RunDiff {
  return {
    format: 1,
    a: runLine(a.view),
    b: runLine(b.view),
    inputs: valueChanges(a.view.inputs, b.view.inputs),
    definition: definitionDiff(a.plan, b.plan),
    durations: durationChanges(a.view, b.view),
    outputs: valueChanges(a.view.outputs, b.view.outputs),
    first_divergence: firstDivergence(a, b),
  };
}

function runLine({ id, workflow, version, status, started_at, finished_at }: RunView): RunLine {
  const took =
    started_at === null || finished_at === null ? null : Date.parse(finished_at) - Date.parse(started_at);
  return { run: id, workflow, version, status, took_ms: took };
}

type Values = { readonly [name: string]: Json };

function valueChanges(a: Values, b: Values): ValueChange[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => {
    const [left, right] = [own(a, name), own(b, name)];
    if (isSame(left, right)) return [];
    return [
      { name, ...(left === undefined ? {} : { a: left }), ...(right === undefined ? {} : { b: right }) },
    ];
  });
}

function own(values: Values, name: string): Json | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
}

function definitionDiff(a: Plan, b: Plan): DefinitionDiff {
  const before = new Map(a.tasks.map((task) => [task.id, readable(task, a)]));
  const after = new Map(b.tasks.map((task) => [task.id, readable(task, b)]));
  return {
    is_same_version: a.hash === b.hash,
    workflow: changedKeys(headOf(a), headOf(b)),
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: [...before].flatMap(([task, old]) => {
      const keys = changedKeys(old, after.get(task) ?? old);
      return keys.length > 0 ? [{ task, keys }] : [];
    }),
  };
}

/** Edges name tasks by number, which others that come or go would move; where a task stands is no change. */
function readable({ at: _at, edges, ...task }: PlanTask, plan: Plan): Values {
  const needs = edges.map(({ from, ...edge }) => ({ task: plan.tasks[from]?.id ?? '', ...edge }));
  return JSON.parse(JSON.stringify({ ...task, needs })) as Values;
}

function headOf({ tasks: _tasks, hash: _hash, ...head }: Plan): Values {
  return JSON.parse(JSON.stringify(head)) as Values;
}

function changedKeys(a: Values, b: Values): string[] {
  return valueChanges(a, b).map(({ name }) => name);
}

function durationChanges(a: RunView, b: RunView): DurationChange[] {
  const before = taskSpans(a.nodes);
  const after = taskSpans(b.nodes);
  const took = (span: { readonly startedAt: number; readonly endedAt: number } | undefined) =>
    span === undefined ? null : span.endedAt - span.startedAt;
  return [...new Set([...before.keys(), ...after.keys()])].map((task) => ({
    task,
    a_ms: took(before.get(task)),
    b_ms: took(after.get(task)),
  }));
}

function firstDivergence(a: ComparedRun, b: ComparedRun): Divergence | null {
  const { level } = compileGraph(a.plan);
  const order = a.plan.tasks.map((_task, i) => i).sort((x, y) => (level[x] ?? 0) - (level[y] ?? 0) || x - y);
  for (const index of order) {
    const task = a.plan.tasks[index]?.id ?? '';
    const found = b.plan.tasks.some(({ id }) => id === task)
      ? divergenceOf(nodesOf(a, task), nodesOf(b, task))
      : undefined;
    if (found) return found;
  }
  return null;
}

/** Nodes of one task, the fan-out's own last: it follows from its items. */
function nodesOf({ view }: ComparedRun, task: string): NodeView[] {
  return view.nodes
    .filter((node) => node.task === task)
    .sort((x, y) => (x.index ?? Number.POSITIVE_INFINITY) - (y.index ?? Number.POSITIVE_INFINITY));
}

function divergenceOf(a: readonly NodeView[], b: readonly NodeView[]): Divergence | undefined {
  const others = new Map(b.map((node) => [node.id, node]));
  for (const node of a) {
    const other = others.get(node.id);
    others.delete(node.id);
    if (!other) return { node: node.id, what: 'nodes', a: short(node), b: null };
    if (node.status !== other.status)
      return { node: node.id, what: 'status', a: short(node), b: short(other) };
    if (!isSame(node.outputs, other.outputs))
      return { node: node.id, what: 'outputs', a: short(node), b: short(other) };
  }
  const [extra] = others.values();
  return extra && { node: extra.id, what: 'nodes', a: null, b: short(extra) };
}

function short({ status, outputs }: NodeView): NonNullable<Divergence['a']> {
  return { status, outputs };
}
