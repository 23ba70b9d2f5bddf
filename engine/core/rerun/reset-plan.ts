/**
 * What a retry or a mark does again, and why: computed from how a run stands. `--preview` prints the answer, and the owner of
 * the run carries out the very same.
 */
import { plainOutcome } from '../edge-counts.ts';
import type { RetryScope } from '../message.ts';
import { MAX_GENERATION } from '../node-record.ts';
import { isEnded, isRunEnded, standsAs } from '../node-state.ts';
import type { ResetWork } from '../run-header.ts';
import { partOf, type RunPart } from '../run-part.ts';
import {
  childrenOf,
  findNode,
  isAtWork,
  type NamedNode,
  nameOf,
  nodesOf,
  type Standing,
} from './standing.ts';

/** One line of a preview: a task, or some nodes of it, and why. */
export interface PlannedTask {
  /** `resize`, `resize[3]`, or `resize (3 of 10)`. */
  readonly node: string;
  readonly why: string;
}

export interface ResetPlan {
  readonly work: Pick<ResetWork, 'tasks' | 'partial' | 'nodes'>;
  readonly reset: readonly PlannedTask[];
  /** What stays as it is. */
  readonly kept: readonly PlannedTask[];
}

export type Planned = ResetPlan | { readonly refused: string; readonly code?: 'node_not_found' };

export interface ResetRequest {
  readonly scope: RetryScope;
  /** For `from` and `node`. */
  readonly nodes?: readonly string[];
}

/** Collects what is reset, by task: the first reason stays. */
export class Selection {
  readonly run: Standing;
  /** Tasks that are reset whole, with the reason. */
  readonly whole = new Map<number, string>();
  /** Fan-outs of which what did not succeed is reset. */
  readonly partial = new Map<number, string>();
  /** Single nodes of fan-outs, by record index. */
  readonly single = new Map<number, string>();

  constructor(run: Standing) {
    this.run = run;
  }

  addTask(task: number, why: string): void {
    if (!this.whole.has(task)) this.whole.set(task, why);
    this.partial.delete(task);
    for (const index of this.single.keys())
      if (this.run.nodes[index]?.task === task) this.single.delete(index);
  }

  /** Of a fan-out that was expanded only what did not succeed. */
  addUnsuccessful(task: number, why: string): void {
    if (this.whole.has(task)) return;
    if (this.run.nodes[task]?.expanded) this.partial.set(task, why);
    else this.addTask(task, why);
  }

  addNode({ index, task, isItem }: NamedNode, why: string): void {
    if (!isItem) this.addTask(task, why);
    else if (!this.whole.has(task)) this.single.set(index, why);
  }

  /** Tasks of which anything is reset. */
  tasks(): Set<number> {
    const tasks = new Set([...this.whole.keys(), ...this.partial.keys()]);
    for (const index of this.single.keys()) tasks.add(this.run.nodes[index]?.task ?? -1);
    return tasks;
  }

  /** Adds all that has begun downstream of what is selected. */
  addDownstream(): void {
    const children = childrenOf(this.run.plan);
    const seen = this.tasks();
    for (const task of seen) {
      for (const child of children.get(task) ?? []) {
        if (this.run.nodes[child]?.state === 'pending') continue;
        this.addTask(child, `follows from ${nameOf(this.run, task)}`);
        seen.add(child);
      }
    }
  }
}

/** What a retry in the same run does. */
export function planRetry(run: Standing, { scope, nodes = [] }: ResetRequest): Planned {
  const { status } = run.header;
  if (status !== 'running' && status !== 'paused' && !isRunEnded(status))
    return { refused: `the run is ${status}; wait until it has ended` };
  const selection = new Selection(run);
  const problem = SEEDS[scope](selection, nodes);
  if (problem) return problem;
  if (selection.tasks().size === 0) return { refused: NOTHING[scope] };
  const undone = isRunEnded(status) ? addUndone(selection) : false;
  if (scope === 'node') {
    const why = undone ? 'parts of the run were undone, and have to run again' : loneProblem(selection);
    if (why) return { refused: `${why}; retry from there instead, with everything downstream (--from)` };
  } else selection.addDownstream();
  if (isRunEnded(status)) addLaterParts(selection);
  return complete(selection);
}

const NOTHING: { readonly [scope in RetryScope]: string } = {
  failed: 'nothing failed in it; name a node (--from, --node), or take the whole (--all)',
  from: 'no node was named',
  node: 'no node was named',
  all: 'nothing has begun in it',
};

export type Refusal = Extract<Planned, { refused: string }>;

export const SEEDS: {
  readonly [scope in RetryScope]: (selection: Selection, names: readonly string[]) => Refusal | undefined;
} = {
  failed: (selection) => {
    const { plan, nodes } = selection.run;
    for (const [index, task] of plan.tasks.entries()) {
      const record = nodes[index];
      if (task.phase || !record || !isEnded(record.state) || plainOutcome(record, task) !== 'F') continue;
      selection.addUnsuccessful(index, record.state === 'failed' ? 'failed' : standsAs(record.state));
    }
    return undefined;
  },
  from: addNamed,
  node: addNamed,
  all: (selection) => {
    const { plan, nodes } = selection.run;
    for (const [index, task] of plan.tasks.entries())
      if (!task.phase && nodes[index]?.state !== 'pending') selection.addTask(index, 'everything runs again');
    return undefined;
  },
};

function addNamed(selection: Selection, names: readonly string[]): Refusal | undefined {
  for (const name of names) {
    const node = findNode(selection.run, name);
    if (!node) return { code: 'node_not_found', refused: `the run has no node ${name}` };
    const { phase } = selection.run.plan.tasks[node.task] ?? {};
    if (phase)
      return { refused: `${name} belongs to the end of the run, which is done again with every retry` };
    if (selection.run.nodes[node.index]?.state === 'pending') return { refused: `${name} has not begun` };
    selection.addNode(node, 'was named');
  }
  return undefined;
}

/** What was undone after the run's failure has to be done again. Answers whether there is any. */
export function addUndone(selection: Selection): boolean {
  const { plan, nodes } = selection.run;
  let isAny = false;
  for (const [index, { fanOut }] of plan.tasks.entries()) {
    if (fanOut?.kind !== 'compensation' || !nodes[index]?.expanded) continue;
    selection.addTask(fanOut.of, 'was undone when the run failed');
    isAny = true;
  }
  return isAny;
}

/** A node that is done again alone must not have decided what became of those behind it. */
export function loneProblem(selection: Selection): string | undefined {
  const { run } = selection;
  const children = childrenOf(run.plan);
  for (const task of selection.tasks()) {
    for (const child of children.get(task) ?? []) {
      const state = run.nodes[child]?.state;
      if (state === 'skipped' || state === 'upstream_failed' || state === 'cancelled')
        return `${nameOf(run, child)} ${standsAs(state)}, which follows from ${nameOf(run, task)}`;
    }
  }
  return undefined;
}

function addLaterParts(selection: Selection): void {
  const { plan, nodes } = selection.run;
  for (const [index, task] of plan.tasks.entries())
    if (task.phase && nodes[index]?.state !== 'pending')
      selection.addTask(index, 'belongs to the end of the run');
}

/** A person says how a node ended: what followed from its old end is done again. */
export function planMark(
  run: Standing,
  mark: {
    readonly node: string;
    readonly as: 'succeeded' | 'failed' | 'skipped';
    readonly hasOutputs: boolean;
  },
): Planned {
  const node = findNode(run, mark.node);
  if (!node) return { code: 'node_not_found', refused: `the run has no node ${mark.node}` };
  const problem = markProblem(run, node, mark);
  if (problem !== undefined) return { refused: problem };
  const selection = new Selection(run);
  selection.addNode(node, `is marked as ${mark.as}`);
  if (isRunEnded(run.header.status)) {
    addUndone(selection);
    selection.addDownstream();
    addLaterParts(selection);
    if (node.isItem && selection.whole.has(node.task))
      return { refused: `${nameOf(run, node.task)} was undone and has to run again as a whole` };
  } else if (isEnded(run.nodes[node.index]?.state ?? 'pending')) selection.addDownstream();
  return complete(selection, node);
}

function markProblem(
  run: Standing,
  { index, task, isItem, name }: NamedNode,
  { as, hasOutputs }: { readonly as: string; readonly hasOutputs: boolean },
): string | undefined {
  const { header, plan, nodes } = run;
  const { state, expanded } = nodes[index] ?? {};
  const part = partOfTask(run, task);
  if (header.status === 'queued' || header.status === 'cancelling') return `the run is ${header.status}`;
  if (!isRunEnded(header.status) && part !== (header.part ?? 'main'))
    return `the run is ${header.status}, and ${name} does not belong to this part of it`;
  if (isRunEnded(header.status) && part !== 'main')
    return 'the end of a run can only be marked while it goes on';
  if (state === as && !hasOutputs) return `${name} is ${as} already`;
  if (hasOutputs && as !== 'succeeded') return 'only what succeeded has outputs';
  const isFan = plan.tasks[task]?.fanOut !== undefined && !isItem;
  if (isFan && state === 'running') return `${name} is at work; mark its nodes, such as ${name}[0]`;
  if (isFan && hasOutputs)
    return `the outputs of ${name} are those of its nodes; mark these, such as ${name}[0]`;
  if (isFan && expanded && as === 'succeeded')
    return `${name} is what its nodes are; mark these, such as ${name}[0]`;
  return undefined;
}

function partOfTask({ plan }: Standing, task: number): RunPart {
  return partOf(plan.tasks[task] ?? {});
}

/** `spared`: a node that may be at work, since it is stopped. */
function complete(selection: Selection, spared?: NamedNode): Planned {
  const { run, whole, partial, single } = selection;
  const busy = [...whole.keys(), ...single.keys()].filter(
    (index) => index !== spared?.index && isAtWork(run, index),
  );
  if (busy.length > 0) {
    const tasks = new Set(busy.map((index) => nameOf(run, run.nodes[index]?.task ?? -1)));
    const names = [...tasks].slice(0, 10).join(', ');
    return {
      refused: `${names} would be reset, but ${busy.length > 1 ? 'are' : 'is'} at work; wait for the end, or cancel the run`,
    };
  }
  for (const task of selection.tasks()) {
    const newest = [task, ...nodesOf(run, task)].map((index) => run.nodes[index]?.generation ?? 1);
    if (Math.max(...newest) >= MAX_GENERATION)
      return {
        refused: `${nameOf(run, task)} was reset ${MAX_GENERATION - 1} times; start a new run instead (sluice rerun)`,
      };
  }
  const ascending = (keys: Iterable<number>) => [...keys].sort((a, b) => a - b);
  const work = {
    tasks: ascending(whole.keys()),
    partial: ascending(partial.keys()),
    nodes: ascending(single.keys()),
  };
  return { work, reset: describeReset(selection), kept: describeKept(selection) };
}

function describeReset({ run, whole, partial, single }: Selection): PlannedTask[] {
  const lines: [order: number, line: PlannedTask][] = [];
  for (const [task, why] of whole) lines.push([task, { node: nameOf(run, task), why }]);
  for (const [task, why] of partial) {
    const all = run.nodes[task]?.item ?? 0;
    const kept = nodesOf(run, task).filter((index) => {
      const state = run.nodes[index]?.state;
      return state === 'succeeded' || state === 'skipped';
    }).length;
    lines.push([task, { node: `${nameOf(run, task)} (${all - kept} of ${all})`, why }]);
  }
  for (const [index, why] of single) {
    const { task = -1, item = 0 } = run.nodes[index] ?? {};
    lines.push([task, { node: `${nameOf(run, task)}[${item}]`, why }]);
  }
  return lines.sort((a, b) => a[0] - b[0]).map(([, line]) => line);
}

function describeKept(selection: Selection): PlannedTask[] {
  const { plan, nodes } = selection.run;
  const touched = selection.tasks();
  return [...plan.tasks.entries()].flatMap(([index, task]) => {
    const state = nodes[index]?.state ?? 'pending';
    if (touched.has(index) || task.phase || state === 'pending') return [];
    return [
      {
        node: task.id,
        why: isEnded(state) ? `${standsAs(state)}; follows from nothing that is reset` : standsAs(state),
      },
    ];
  });
}
