import { readFileSync, writeFileSync } from 'node:fs';
import type { ModuleContext } from 'sluice/executors';
import type { Order } from './order.ts';

/** Adds the orders of good.json up, one line a customer, into warehouse.json. */
export default function load(
  _args: object,
  { progress, run }: ModuleContext,
): { rows: number; total: number } {
  const orders = JSON.parse(readFileSync('good.json', 'utf8')) as Order[];
  const sums = new Map<string, number>();
  for (const [i, { customer, amount }] of orders.entries()) {
    sums.set(customer, (sums.get(customer) ?? 0) + amount);
    progress((i + 1) / orders.length);
  }
  writeFileSync('warehouse.json', JSON.stringify({ run: run.id, sums: Object.fromEntries(sums) }, null, 2));
  return { rows: orders.length, total: [...sums.values()].reduce((sum, amount) => sum + amount, 0) };
}
