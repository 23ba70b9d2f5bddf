/** Makespans of all orders over the lower bound, for each workflow and number of workers. */
import { chanceOf } from './chance.ts';
import { EngineSchedule } from './engine-schedule.ts';
import { listSchedule } from './list-schedule.ts';
import { lowerBound, onAnotherDay, type Shape, tightBound, widthOf } from './shape.ts';

export const WORKERS: readonly number[] = [2, 4, 8, 16, 32, 64, 128];
/** Days on which each workflow runs; on the first nothing is known of it. */
const DAYS = 4;
/** How much a task's run time differs from day to day. */
const DAILY_VARIATION = 0.05;

export const FIGURES = ['first', 'learned', 'fifo', 'flow', 'learnedTight', 'fifoTight'] as const;
/**
 * Makespan ÷ lower bound: of Sluice's first run of a workflow and of its later ones, first in, first out, FlowProducer's order;
 * and two of them ÷ the tighter bound.
 */
export type Figure = (typeof FIGURES)[number];

export interface Comparison {
  readonly shape: string;
  readonly workers: number;
  /** Some task has to wait for a worker; otherwise every order is as good. */
  readonly contended: boolean;
  /** Bounds are of the same day; of several days the mean, the tighter bound of the last day only. */
  readonly ratios: { readonly [figure in Figure]: number };
}

export function compareOrders(shape: Shape, workers: number, seed: number): Comparison {
  const chance = chanceOf(seed);
  const engine = new EngineSchedule(workers);
  const ratios: { [figure in Figure]?: number[] } = {};
  const note = (figure: Figure, ratio: number) => {
    ratios[figure] = [...(ratios[figure] ?? []), ratio];
  };
  for (let day = 0; day < DAYS; day++) {
    const today = day === 0 ? shape : onAnotherDay(shape, chance, DAILY_VARIATION);
    const bound = lowerBound(today, workers);
    const took = engine.run(today);
    const fifo = listSchedule(today, workers, 'back');
    note(day === 0 ? 'first' : 'learned', took / bound);
    note('fifo', fifo / bound);
    note('flow', listSchedule(today, workers, 'front') / bound);
    if (day < DAYS - 1) continue;
    const tight = tightBound(today, workers);
    note('learnedTight', took / tight);
    note('fifoTight', fifo / tight);
  }
  const means = FIGURES.map((figure) => [figure, meanRatio(ratios[figure] ?? [])] as const);
  return {
    shape: shape.name,
    workers,
    contended: widthOf(shape) > workers,
    ratios: Object.fromEntries(means) as Comparison['ratios'],
  };
}

/** Geometric, as ratios ask for. */
export function meanRatio(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}
