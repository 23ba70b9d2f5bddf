/** Who starts what, and when: runs of the recorded shapes at random times, so that a given number of nodes comes in a day. */
import { chanceOf } from '../schedule/chance.ts';
import { drawFamilies } from '../schedule/families.ts';
import type { Shape } from '../schedule/shape.ts';

export interface Arrival {
  readonly atMs: number;
  /** In the list of shapes. */
  readonly shape: number;
}

export interface WorkloadOptions {
  readonly seed: number;
  readonly nodesPerSecond: number;
  /** All run times are divided by this. */
  readonly speedUp: number;
  /** Run times are cut to this first, ms. */
  readonly longestMs?: number;
}

export interface Workload {
  readonly shapes: readonly Shape[];
  /** One after another, without an end. */
  readonly arrivals: Iterator<Arrival>;
  readonly meanMs: number;
}

export function workloadOf(options: WorkloadOptions): Workload {
  const { seed, nodesPerSecond, speedUp, longestMs = Number.POSITIVE_INFINITY } = options;
  const shapes = drawFamilies(seed).map((shape) => ({
    ...shape,
    tasks: shape.tasks.map((task) => ({
      ...task,
      ms: Math.max(1, Math.round(Math.min(task.ms, longestMs) / speedUp)),
    })),
  }));
  const tasks = shapes.flatMap((shape) => shape.tasks);
  const meanMs = tasks.reduce((sum, { ms }) => sum + ms, 0) / tasks.length;
  const runsPerMs = nodesPerSecond / 1_000 / (tasks.length / shapes.length);
  return { shapes, arrivals: arrive(seed, shapes.length, runsPerMs), meanMs };
}

/** Independent of one another, each family as often as any other. */
function* arrive(seed: number, shapes: number, runsPerMs: number): Generator<Arrival, never> {
  const chance = chanceOf(seed * 7_919);
  for (let atMs = 0; ; ) {
    atMs += -Math.log(1 - chance()) / runsPerMs;
    yield { atMs, shape: Math.floor(chance() * shapes) };
  }
}
