import { readFileSync, writeFileSync } from 'node:fs';
import type { ModuleContext } from 'sluice/executors';
import type { Order } from './order.ts';

interface Args {
  /** To EUR; null leaves the amounts as they are. */
  rates: Record<string, number> | null;
}

interface Verdict {
  rows: number;
  good: number;
  /** 0 to 1 */
  bad_share: number;
}

/** Joins orders.csv with customers.json; sound rows go to good.json, the others, as they are, to bad.csv. */
export default function validate({ rates }: Args, { log }: ModuleContext<Args>): Verdict {
  const customers = new Set(
    (JSON.parse(readFileSync('customers.json', 'utf8')) as { id: string }[]).map(({ id }) => id),
  );
  const lines = readFileSync('orders.csv', 'utf8').trim().split('\n').slice(1);
  const good: Order[] = [];
  const bad: string[] = [];
  for (const line of lines) {
    const [id = '', customer = '', amount = '', currency = ''] = line.split(',');
    const problem = problemOf({ customer, amount, currency }, customers, rates);
    if (problem === undefined) good.push(toOrder({ id, customer, amount: Number(amount), currency }, rates));
    else {
      log.warn(`order ${id}: ${problem}`);
      bad.push(line);
    }
  }
  writeFileSync('good.json', JSON.stringify(good));
  writeFileSync('bad.csv', bad.map((line) => `${line}\n`).join(''));
  return {
    rows: lines.length,
    good: good.length,
    bad_share: lines.length === 0 ? 1 : bad.length / lines.length,
  };
}

interface Row {
  customer: string;
  amount: string;
  currency: string;
}

function problemOf(
  { customer, amount, currency }: Row,
  customers: Set<string>,
  rates: Args['rates'],
): string | undefined {
  if (!customers.has(customer)) return `no customer ${customer}`;
  if (!/^\d+(\.\d+)?$/.test(amount)) return `"${amount}" is no amount`;
  if (rates !== null && currency !== 'EUR' && !Object.hasOwn(rates, currency))
    return `no rate for ${currency}`;
  return undefined;
}

function toOrder(order: Order, rates: Args['rates']): Order {
  if (rates === null || order.currency === 'EUR') return order;
  const rate = rates[order.currency] ?? 1;
  return { ...order, amount: Math.round(order.amount * rate * 100) / 100, currency: 'EUR' };
}
