/** The form of a figure: what is measured, in quiet but for the one fault; samples in ms; what it should be. */
import type { World } from '../world.ts';

export interface FigureOptions {
  readonly seed: number;
  /** How often the fault is repeated. */
  readonly times: number;
  readonly onNews: (text: string) => void;
}

export interface Measured {
  /** What the row says. */
  readonly what: string;
  readonly goal: string;
  /** ms, or counts where the goal is one. */
  readonly samples: readonly number[];
  /** How the samples are summed up. */
  readonly as: 'quantiles' | 'count';
}

export interface Figure {
  readonly name: string;
  /** Default number of repetitions. */
  readonly times: number;
  /** Its world is on a Redis Cluster. */
  readonly onCluster?: true;
  measure(world: World, options: FigureOptions): Promise<readonly Measured[]>;
}

export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** One row of the table of docs/reliability.md. */
export function rowOf({ what, goal, samples, as }: Measured): string {
  const n = samples.length;
  const found =
    as === 'count'
      ? `${samples.reduce((sum, one) => sum + one, 0)}`
      : `p50 ${text(quantile(samples, 0.5))}, p99 ${text(quantile(samples, 0.99))}, max ${text(quantile(samples, 1))}`;
  return `| ${what} | ${goal} | ${n === 0 ? 'not measured' : found} | ${n} |`;
}

function text(ms: number): string {
  return Math.abs(ms) < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
