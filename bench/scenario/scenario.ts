/** One measure of the table: what is done, in which unit it is told, and what it is held against. */
import type { Contender, ContenderName } from '../contender/contender.ts';

export type Unit = 'nodes/s' | 'runs/s' | 'ms' | 'B/node' | 'times';

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly contenders: readonly ContenderName[];
  /** One sample, in the unit. `scale` of 1 is the real size; less is for trying the benchmark itself. */
  measure(contender: Contender, scale: number): Promise<number>;
  readonly targets: readonly Target[];
}

/** A line of the budget: Sluice's median, by itself or divided by another's, within a limit. */
export interface Target {
  readonly against?: ContenderName;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function scaled(size: number, scale: number): number {
  return Math.max(2, Math.round(size * scale));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export const ALL: readonly ContenderName[] = ['bullmq', 'flow', 'sluice'];
