/** What nodes and runs cost, as `sluice show --json` says it. */
import { costOfTime } from '../../core/cost.ts';
import type { EventRecord } from '../../core/event.ts';
import type { Plan } from '../../core/plan.ts';
import type { RunHeader } from '../../core/run-header.ts';

/** Events that end what a worker does for a node. */
const ENDS: ReadonlySet<EventRecord['type']> = new Set([
  'node.succeeded',
  'node.failed',
  'node.retrying',
  'node.repeating',
  'node.cancelled',
]);

/**
 * Cost of a node's attempts that are over, of all its generations, from its own events; null when nobody counts it. Where an event
 * of an earlier version tells no cost it is that of the time.
 */
export function costOfNode(perHour: number | undefined, events: readonly EventRecord[]): number | null {
  let total = perHour === undefined ? null : 0;
  let since: number | undefined;
  for (const { type, at, detail } of events) {
    const isEnd = ENDS.has(type);
    const ofTime = isEnd && since !== undefined ? costOfTime(perHour, at - since) : undefined;
    const cost = detail?.cost ?? ofTime;
    if (cost !== undefined) total = (total ?? 0) + cost;
    if (type === 'node.started') since = at;
    else if (isEnd || type === 'node.reset') since = undefined;
  }
  return total === null ? null : roundedCost(total);
}

/** Whether the account does not stand in the header: the run is of an earlier version, or has cost nothing yet. */
export function needsEventsForCost({ cost }: RunHeader, plan: Plan): boolean {
  return cost === undefined && plan.tasks.some(({ costPerHour }) => costPerHour !== undefined);
}

/** @param nodes costs of its nodes, for a run whose header does not say it */
export function costOfRun({ cost }: RunHeader, nodes: () => readonly (number | null)[]): number | null {
  if (cost !== undefined) return roundedCost(cost);
  const known = nodes().filter((one): one is number => one !== null);
  return known.length === 0 ? null : roundedCost(known.reduce((sum, one) => sum + one, 0));
}

/** To a millionth: sums of fractions stay readable. */
export function roundedCost(cost: number): number {
  return Math.round(cost * 1_000_000) / 1_000_000;
}
