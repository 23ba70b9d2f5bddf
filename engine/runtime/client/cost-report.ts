/** What the runs of a namespace cost, by workflow and by day: the public form, as `sluice cost --json` prints it. */
import { DAY_MS, type DayCost, MAX_COST_DAYS } from '../../core/cost.ts';
import { SluiceError } from '../../core/errors.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { roundedCost } from './cost-view.ts';

export interface CostQuery {
  readonly namespace: string;
  /** Default: all. */
  readonly workflow?: string | undefined;
  /** Up to today, which is one of them; 1 to MAX_COST_DAYS. */
  readonly days: number;
}

export interface CostReport {
  readonly format: 1;
  readonly namespace: string;
  /** The one that was asked for; null: all. */
  readonly workflow: string | null;
  readonly total: number;
  /** Those that cost something, the dearest first. */
  readonly workflows: readonly { readonly workflow: string; readonly cost: number }[];
  /** All days, by UTC, the oldest first. */
  readonly days: readonly { readonly day: string; readonly cost: number }[];
}

/** @throws SluiceError invalid_input for days that cannot be asked for */
export async function readCostReport(
  store: Pick<ClientStore, 'now' | 'readCosts'>,
  { namespace, workflow, days: count }: CostQuery,
): Promise<CostReport> {
  if (!Number.isInteger(count) || count < 1 || count > MAX_COST_DAYS)
    throw new SluiceError('invalid_input', `\`days\` is ${count}; it must be 1 to ${MAX_COST_DAYS}`);
  const to = await store.now();
  const today = to - (to % DAY_MS);
  const from = today - (count - 1) * DAY_MS;
  const costs = await store.readCosts({ namespace, workflow, from, to });
  const ofDay = sumsBy(costs, ({ day }) => day);
  const days = Array.from({ length: count }, (_, i) => from + i * DAY_MS);
  return {
    format: 1,
    namespace,
    workflow: workflow ?? null,
    total: roundedCost(costs.reduce((sum, { cost }) => sum + cost, 0)),
    workflows: [...sumsBy(costs, (one) => one.workflow)]
      .sort(([a, cost], [b, other]) => other - cost || (a < b ? -1 : 1))
      .map(([name, cost]) => ({ workflow: name, cost: roundedCost(cost) })),
    days: days.map((day) => ({
      day: new Date(day).toISOString().slice(0, 10),
      cost: roundedCost(ofDay.get(day) ?? 0),
    })),
  };
}

function sumsBy<K>(costs: readonly DayCost[], keyOf: (one: DayCost) => K): Map<K, number> {
  const sums = new Map<K, number>();
  for (const one of costs) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.cost);
  return sums;
}
