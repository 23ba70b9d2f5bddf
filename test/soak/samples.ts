/** What a soak looks at, and what it says of it: whether something grows. */
import { readdirSync, readFileSync } from 'node:fs';

/** One look: what is measured → how much. */
export interface Sample {
  /** ms since the beginning. */
  readonly at: number;
  readonly values: ReadonlyMap<string, number>;
}

/** Resident memory of a process, MiB, and its open file descriptors. @throws when it has ended */
export function processValues(pid: number): { readonly rssMib: number; readonly descriptors: number } {
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { rssMib: kib / 1_024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

export interface Trend {
  readonly what: string;
  /** Medians of the first and the last third after the warm-up. */
  readonly first: number;
  readonly last: number;
  /** By least squares over what came after the warm-up, in an hour. */
  readonly slopePerHour: number;
  /** The last third is no more than this share above the first, or the bound that is given. */
  readonly isFlat: boolean;
}

/** Growth between the thirds that is taken for noise: a share, or this many units where that is more. */
const NOISE = 0.15;
const NOISE_UNITS = 8;

export function trendsOf(samples: readonly Sample[], warmUpMs: number): Trend[] {
  const counted = samples.filter(({ at }) => at >= warmUpMs);
  const names = [...new Set(counted.flatMap(({ values }) => [...values.keys()]))].sort();
  return names.map((what) => {
    const points = counted.flatMap(({ at, values }) => {
      const value = values.get(what);
      return value === undefined ? [] : [[at, value] as const];
    });
    const third = Math.max(1, Math.floor(points.length / 3));
    const first = median(points.slice(0, third).map(([, value]) => value));
    const last = median(points.slice(-third).map(([, value]) => value));
    const isFlat = last <= first + Math.max(NOISE_UNITS, NOISE * first);
    return { what, first, last, slopePerHour: slopeOf(points) * 3_600_000, isFlat };
  });
}

function slopeOf(points: readonly (readonly [at: number, value: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [at, value] = [mean((point) => point[0]), mean((point) => point[1])];
  const spread = points.reduce((sum, point) => sum + (point[0] - at) ** 2, 0);
  const together = points.reduce((sum, point) => sum + (point[0] - at) * (point[1] - value), 0);
  return spread === 0 ? 0 : together / spread;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
