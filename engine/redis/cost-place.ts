/** Where in Redis the cost of a workflow's day stands, and how the sums of all shards are read. */
import { DAY_MS, type DayCost, DayCosts } from '../core/cost.ts';
import type { CostRange } from '../ports/shard-store.ts';
import { scanHash } from './scan.ts';
import type { StoreContext } from './store-context.ts';

/** How long after the last cost of its month a day is kept: a year can be looked back at. */
export const COSTS_KEPT_MS = 400 * DAY_MS;

export function costPlace(day: number, workflow: string): { readonly month: string; readonly field: string } {
  const date = new Date(day).toISOString();
  return { month: date.slice(0, 7), field: `${date.slice(8, 10)}:${workflow}` };
}

export function readCosts(context: StoreContext, range: CostRange): Promise<readonly DayCost[]> {
  return context.withShards(async (shards) => {
    const sums = new DayCosts();
    for (const month of monthsOf(range)) {
      const all = Array.from({ length: shards }, (_, shard) =>
        readMonth(context, shard, { ...range, month }),
      );
      for (const { workflow, day, cost } of (await Promise.all(all)).flat())
        sums.add({ namespace: range.namespace, workflow }, day, cost);
    }
    return sums.sorted();
  });
}

interface MonthRange extends CostRange {
  readonly month: string;
}

async function readMonth(
  context: StoreContext,
  shard: number,
  { namespace, from, to, workflow: wanted, month }: MonthRange,
): Promise<Omit<DayCost, 'namespace'>[]> {
  context.flush(shard);
  const fields = await scanHash(context, context.keys.costs(shard, namespace, month));
  return [...fields]
    .map(([field, cost]) => ({
      workflow: field.slice(3),
      day: Date.parse(`${month}-${field.slice(0, 2)}`),
      cost: Number(cost),
    }))
    .filter(({ workflow, day }) => (wanted ?? workflow) === workflow && day + DAY_MS > from && day <= to);
}

function monthsOf({ from, to }: CostRange): string[] {
  const months: string[] = [];
  const first = new Date(from);
  for (let at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth()); at <= to; ) {
    const date = new Date(at);
    months.push(date.toISOString().slice(0, 7));
    at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  }
  return months;
}
