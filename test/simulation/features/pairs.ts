/** Which features met: both took effect in the same run. Counted by seeds. */
import type { Evidence } from '../evidence.ts';
import { FEATURES } from './index.ts';

export const NAMES: readonly string[] = FEATURES.map(({ name }) => name);

/** Seeds of 10,000 in which each pair must meet. */
const WANTED = 50;
const OF_SEEDS = 10_000;

export class Pairs {
  seeds = 0;
  readonly #met = new Map<string, number>();

  add(evidence: Evidence): void {
    this.seeds++;
    const met = new Set<string>();
    for (const run of evidence.featured) {
      const names = run.features.filter((feature) => feature.happened(run, evidence)).map(({ name }) => name);
      for (const [i, a] of names.entries()) for (const b of names.slice(i)) met.add(pairOf(a, b));
    }
    for (const pair of met) this.#met.set(pair, (this.#met.get(pair) ?? 0) + 1);
  }

  count(a: string, b: string): number {
    return this.#met.get(pairOf(a, b)) ?? 0;
  }

  /** Pairs that met less often than 50 times in 10,000 seeds. In fewer seeds chance weighs more: a third of it is asked for. */
  missing(): string[] {
    const share = this.seeds < OF_SEEDS ? 1 / 3 : 1;
    const wanted = Math.floor((share * this.seeds * WANTED) / OF_SEEDS);
    return allPairs()
      .filter(([a, b]) => this.count(a, b) < wanted)
      .map(([a, b]) => `${a} with ${b}: ${this.count(a, b)} of ${wanted}`);
  }

  /** A table: how often each feature took effect, and the pair of it that met least. */
  lines(): string[] {
    return NAMES.map((name) => {
      const others = NAMES.filter((other) => other !== name).map((other) => ({
        other,
        times: this.count(name, other),
      }));
      const rarest = others.reduce((a, b) => (b.times < a.times ? b : a), {
        other: '',
        times: Number.POSITIVE_INFINITY,
      });
      return `${String(this.count(name, name)).padStart(6)} ×  ${name.padEnd(20)} rarest pair: with ${rarest.other} ${rarest.times} ×`;
    });
  }
}

function allPairs(): [string, string][] {
  return NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b): [string, string] => [a, b]));
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
