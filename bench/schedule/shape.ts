/** A workflow reduced to what scheduling sees: tasks with run times, and who waits for whom. */
import { aroundMean, type Chance } from './chance.ts';

export interface ShapeTask {
  readonly id: string;
  readonly ms: number;
  /** Indexes of earlier tasks. */
  readonly needs: readonly number[];
}

export interface Shape {
  readonly name: string;
  readonly tasks: readonly ShapeTask[];
}

/** The same work on another day: every task takes somewhat more or less. */
export function onAnotherDay(shape: Shape, chance: Chance, variation: number): Shape {
  const tasks = shape.tasks.map((task) => ({
    ...task,
    ms: Math.max(1, Math.round(aroundMean(chance, task.ms, variation))),
  }));
  return { ...shape, tasks };
}

/** No schedule ends sooner: the longest path, or all work shared evenly, whichever is more. */
export function lowerBound({ tasks }: Shape, workers: number): number {
  return Math.max(Math.max(0, ...endsUnbounded(tasks)), workOf(tasks) / workers);
}

function workOf(tasks: readonly ShapeTask[]): number {
  return tasks.reduce((sum, { ms }) => sum + ms, 0);
}

/** When each task ends if there are workers for all. */
function endsUnbounded(tasks: readonly ShapeTask[]): number[] {
  const ends: number[] = [];
  for (const { ms, needs } of tasks) ends.push(Math.max(0, ...needs.map((at) => ends[at] ?? 0)) + ms);
  return ends;
}

/** Most tasks at work at once, if there are workers for all. */
export function widthOf({ tasks }: Shape): number {
  const steps = endsUnbounded(tasks).flatMap((end, i): [number, number][] => [
    [end - (tasks[i]?.ms ?? 0), 1],
    [end, -1],
  ]);
  let now = 0;
  let most = 0;
  for (const [, step] of steps.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}

/** Tasks downstream of each task. */
export function childrenOf({ tasks }: Shape): number[][] {
  const children: number[][] = tasks.map(() => []);
  for (const [index, { needs }] of tasks.entries()) for (const at of needs) children[at]?.push(index);
  return children;
}

/** Distinct moments that are tried on either side of a part of the workflow. */
const CUTS = 32;

/**
 * A tighter bound: what must come after some moment and before some other, shared evenly among the workers, cannot be done in
 * less time than lies between (Fernandez and Bussell 1973); neither can two of the largest by one worker.
 */
export function tightBound(shape: Shape, workers: number): number {
  const { tasks } = shape;
  const heads = endsUnbounded(tasks).map((end, i) => end - (tasks[i]?.ms ?? 0));
  const tails = tailsOf(shape);
  const bySize = tasks.map((_task, i) => i).sort((a, b) => (tasks[b]?.ms ?? 0) - (tasks[a]?.ms ?? 0));
  let bound = lowerBound(shape, workers);
  for (const head of cutsOf(heads))
    for (const tail of cutsOf(tails)) {
      const part = bySize.filter((i) => (heads[i] ?? 0) >= head && (tails[i] ?? 0) >= tail);
      if (part.length === 0) continue;
      const sizes = part.map((i) => tasks[i]?.ms ?? 0);
      const shared = sizes.reduce((sum, ms) => sum + ms, 0) / workers;
      const doubled = (sizes[workers - 1] ?? 0) + (sizes[workers] ?? Number.NEGATIVE_INFINITY);
      bound = Math.max(bound, head + Math.max(shared, doubled) + tail);
    }
  return bound;
}

/** Longest path behind each task, without itself. */
function tailsOf(shape: Shape): number[] {
  const children = childrenOf(shape);
  const tails: number[] = shape.tasks.map(() => 0);
  for (let i = tails.length - 1; i >= 0; i--)
    tails[i] = Math.max(0, ...(children[i] ?? []).map((at) => (tails[at] ?? 0) + (shape.tasks[at]?.ms ?? 0)));
  return tails;
}

function cutsOf(values: readonly number[]): number[] {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const step = Math.max(1, distinct.length / CUTS);
  return Array.from(
    { length: Math.min(CUTS, distinct.length) },
    (_, i) => distinct[Math.floor(i * step)] ?? 0,
  );
}
