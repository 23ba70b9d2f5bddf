/** The cost account: what an attempt costs, and what runs of a workflow cost day by day. A cost has no unit: it is that of the rates. */
import type { Json } from './json.ts';

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Most that one attempt may report, and that an hour may cost: so that sums stay exact enough to be added up. */
export const MAX_COST = 1_000_000_000;

/** Days that can be asked for; they are kept a little longer. */
export const MAX_COST_DAYS = 366;

/** What runs of a workflow cost on one day. */
export interface DayCost {
  readonly namespace: string;
  readonly workflow: string;
  /** Begin of the day, ms since 1970, UTC. */
  readonly day: number;
  readonly cost: number;
}

/** Undefined without a rate. */
export function costOfTime(perHour: number | undefined, ms: number): number | undefined {
  return perHour === undefined ? undefined : (perHour * Math.max(0, ms)) / HOUR_MS;
}

/** Why the value cannot be a reported cost; undefined when it can. */
export function problemOfCost(cost: Json | undefined): string | undefined {
  if (typeof cost !== 'number' || !Number.isFinite(cost)) return 'is no number';
  if (cost < 0) return `is ${cost}; a cost is 0 or more`;
  return cost > MAX_COST ? `is ${cost}; one attempt costs ${MAX_COST} at most` : undefined;
}

/** Sums by workflow and day. */
export class DayCosts {
  readonly #sums = new Map<string, DayCost>();

  /** `at`: ms since 1970. */
  add({ namespace, workflow }: Pick<DayCost, 'namespace' | 'workflow'>, at: number, cost: number): void {
    const day = at - (at % DAY_MS);
    const key = `${day}\n${namespace}\n${workflow}`;
    this.#sums.set(key, { namespace, workflow, day, cost: (this.#sums.get(key)?.cost ?? 0) + cost });
  }

  get sums(): readonly DayCost[] {
    return [...this.#sums.values()];
  }

  /** By day, then by workflow. */
  sorted(): readonly DayCost[] {
    return [...this.sums].sort((a, b) => a.day - b.day || (a.workflow < b.workflow ? -1 : 1));
  }
}
