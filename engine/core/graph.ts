/**
 * The dependency graph, in two forms.
 *
 * `taskGraph` is the graphology graph of a workflow while it is checked: cycles as a path, order, levels. Node keys are
 * prefixed, because ids such as `constructor` or `__proto__` would break it; nothing else imports that library.
 * `compileGraph` is what a run uses: integer arrays, built in linear time.
 */
import { DirectedGraph } from 'graphology';
import { topologicalGenerations } from 'graphology-dag';
import { SluiceError } from './errors.ts';
import type { PlanEdge } from './plan.ts';

/** One dependency between tasks, by index: `to` needs `from`. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
}

export interface TaskGraph {
  readonly size: number;
  readonly graph: DirectedGraph;
}

const keyOf = (task: number): string => `task:${task}`;
const taskOf = (key: string): number => Number(key.slice('task:'.length));

/** The graph of `size` tasks. Equal edges count once; a self-edge is a cycle of one. */
export function taskGraph(size: number, edges: Iterable<GraphEdge>): TaskGraph {
  const graph = new DirectedGraph({ allowSelfLoops: true });
  for (let task = 0; task < size; task++) graph.addNode(keyOf(task));
  for (const { from, to } of edges) graph.mergeDirectedEdge(keyOf(from), keyOf(to));
  return { size, graph };
}

/** Tasks by level: those without upstream first, then those whose longest way from the start is one edge, and so on. Needs a graph without cycles. */
export function levelsOf({ graph }: TaskGraph): number[][] {
  return topologicalGenerations(graph).map((generation) => generation.map(taskOf));
}

/** Tasks in an order in which every upstream comes first. Needs a graph without cycles. */
export function topologicalOrder(graph: TaskGraph): number[] {
  return levelsOf(graph).flat();
}

/** One cycle as a path whose last task leads back to its first, or undefined when there is none. */
export function findCycle(graph: TaskGraph): number[] | undefined {
  return findCycles(graph)[0];
}

/** One shortest cycle for each knot of tasks that depend on each other; each starts at its lowest index. */
export function findCycles({ graph, size }: TaskGraph): number[][] {
  const next: number[][] = Array.from({ length: size }, () => []);
  graph.forEachDirectedEdge((_edge, _attributes, from, to) => next[taskOf(from)]?.push(taskOf(to)));
  const knots = knotsOf(next);
  const sizes = new Map<number, number>();
  for (const knot of knots) sizes.set(knot, (sizes.get(knot) ?? 0) + 1);
  const seen = new Set<number>();
  const cycles: number[][] = [];
  for (let task = 0; task < size; task++) {
    const knot = knots[task] ?? -1;
    const cyclic = (sizes.get(knot) ?? 0) > 1 || next[task]?.includes(task);
    if (!cyclic || seen.has(knot)) continue;
    seen.add(knot);
    cycles.push(shortestWayBack(next, knots, task));
  }
  return cycles;
}

/** The number of each task's strongly connected component (Tarjan's algorithm without recursion). */
function knotsOf(next: readonly (readonly number[])[]): Int32Array {
  const size = next.length;
  const order = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const knot = new Int32Array(size).fill(-1);
  const child = new Int32Array(size);
  const open: number[] = [];
  const path: number[] = [];
  let counter = 0;
  for (let root = 0; root < size; root++) {
    if (order[root] !== -1) continue;
    path.push(root);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      if (order[at] === -1) {
        order[at] = low[at] = counter++;
        open.push(at);
      }
      const turn = child[at] ?? 0;
      child[at] = turn + 1;
      const to = next[at]?.[turn];
      if (to === undefined) {
        path.pop();
        const parent = path.at(-1);
        if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[at] ?? 0);
        if (low[at] === order[at]) closeKnot(at, open, knot);
      } else if (order[to] === -1) path.push(to);
      else if (knot[to] === -1) low[at] = Math.min(low[at] ?? 0, order[to] ?? 0);
    }
  }
  return knot;
}

function closeKnot(root: number, open: number[], knot: Int32Array): void {
  for (let member = open.pop(); member !== undefined; member = open.pop()) {
    knot[member] = root;
    if (member === root) return;
  }
}

/** The shortest cycle through `start`, by breadth-first search within its knot. */
function shortestWayBack(next: readonly (readonly number[])[], knots: Int32Array, start: number): number[] {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    const at = queue[head] ?? start;
    for (const to of next[at] ?? []) {
      if (to === start) return wayFrom(start, at, cameFrom);
      if (knots[to] !== knots[start] || cameFrom.has(to)) continue;
      cameFrom.set(to, at);
      queue.push(to);
    }
  }
  return [start];
}

function wayFrom(start: number, end: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const way = [end];
  for (let at = end; at !== start; ) {
    at = cameFrom.get(at) ?? start;
    way.push(at);
  }
  return way.reverse();
}

/** A plan's graph as arrays. Task i's downstream edges stand at `childStart[i]` up to before `childStart[i + 1]`. */
export interface PlanGraph {
  readonly childStart: Int32Array;
  /** The downstream task of each edge. */
  readonly childTask: Int32Array;
  /** The edge's index within the `edges` of that downstream task. */
  readonly childEdge: Int32Array;
  /** Number of edges into each task. */
  readonly inDegree: Int32Array;
  /** Edges on the longest way from a task without upstream. */
  readonly level: Int32Array;
}

/**
 * Builds the arrays of a plan.
 * @throws SluiceError `invalid_workflow` when an edge leads nowhere or the graph has a cycle, which a compiled plan never has.
 */
export function compileGraph(plan: {
  readonly tasks: readonly { readonly edges: readonly Pick<PlanEdge, 'from'>[] }[];
}): PlanGraph {
  const size = plan.tasks.length;
  const childStart = new Int32Array(size + 1);
  const inDegree = new Int32Array(size);
  for (const [task, { edges }] of plan.tasks.entries()) {
    inDegree[task] = edges.length;
    for (const { from } of edges) {
      if (!(from >= 0 && from < size))
        throw new SluiceError(
          'invalid_workflow',
          `Task ${task} of the plan has an edge from task ${from}, which does not exist.`,
        );
      childStart[from + 1] = (childStart[from + 1] ?? 0) + 1;
    }
  }
  for (let task = 0; task < size; task++)
    childStart[task + 1] = (childStart[task + 1] ?? 0) + (childStart[task] ?? 0);
  const { childTask, childEdge } = fillChildren(plan.tasks, childStart);
  return {
    childStart,
    childTask,
    childEdge,
    inDegree,
    level: computeLevels({ childStart, childTask, inDegree }),
  };
}

function fillChildren(
  tasks: readonly { readonly edges: readonly Pick<PlanEdge, 'from'>[] }[],
  childStart: Int32Array,
): Pick<PlanGraph, 'childTask' | 'childEdge'> {
  const childTask = new Int32Array(childStart[tasks.length] ?? 0);
  const childEdge = new Int32Array(childTask.length);
  const free = childStart.slice();
  for (let task = 0; task < tasks.length; task++) {
    const edges = tasks[task]?.edges ?? [];
    for (let edge = 0; edge < edges.length; edge++) {
      const from = edges[edge]?.from ?? 0;
      const place = free[from] ?? 0;
      free[from] = place + 1;
      childTask[place] = task;
      childEdge[place] = edge;
    }
  }
  return { childTask, childEdge };
}

function computeLevels(graph: Pick<PlanGraph, 'childStart' | 'childTask' | 'inDegree'>): Int32Array {
  const { childStart, childTask, inDegree } = graph;
  const size = inDegree.length;
  const level = new Int32Array(size);
  const open = inDegree.slice();
  const queue = new Int32Array(size);
  let filled = 0;
  for (let task = 0; task < size; task++) if (open[task] === 0) queue[filled++] = task;
  for (let head = 0; head < filled; head++) {
    const task = queue[head] ?? 0;
    const below = (level[task] ?? 0) + 1;
    for (let place = childStart[task] ?? 0; place < (childStart[task + 1] ?? 0); place++) {
      const child = childTask[place] ?? 0;
      if (below > (level[child] ?? 0)) level[child] = below;
      const left = (open[child] ?? 0) - 1;
      open[child] = left;
      if (left === 0) queue[filled++] = child;
    }
  }
  if (filled < size)
    throw new SluiceError('invalid_workflow', `The plan has a cycle among ${size - filled} of its tasks.`);
  return level;
}
