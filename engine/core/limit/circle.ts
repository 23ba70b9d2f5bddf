/**
 * Circles of limits: runs that hold what the others wait for, so that none of them ever goes on. One run takes its limits in
 * one order, but a run's own limit (or a sub-workflow's task's) is held while its nodes wait for others, whatever their order.
 *
 * All that wait are taken for stuck at first; whoever waits for a limit with room, or with a holder that goes on by itself, is
 * taken out, and then whoever waits for those. What is left waits for itself.
 */
import { WHOLE_RUN } from './address.ts';
import { describeEntry, type LimitEntry } from './document.ts';

export interface WaitedLimit {
  readonly address: string;
  readonly key: string;
  /** Holders at once. */
  readonly limit: number;
  readonly holders: readonly LimitEntry[];
  readonly waiters: readonly LimitEntry[];
}

/** The node of another run that waits for the end of this one. */
export type ParentOf = (run: string) => { readonly run: string; readonly node: number } | undefined;

export interface StuckWaiter {
  readonly entry: LimitEntry;
  readonly limit: WaitedLimit;
}

/** Those that wait in circles, or for one that does. Empty: all goes on by itself. */
export function stuckWaiters(limits: readonly WaitedLimit[], parentOf: ParentOf): readonly StuckWaiter[] {
  let stuck: readonly StuckWaiter[] = limits.flatMap((limit) =>
    limit.waiters.map((entry) => ({ entry, limit })),
  );
  for (;;) {
    const keepers = keepersOf(stuck, parentOf);
    const left = stuck.filter(({ limit }) => isShut(limit, keepers));
    if (left.length === stuck.length) return left;
    stuck = left;
  }
}

/** No place, and nobody gives one back. A limit that an operator has closed is no circle: it has no holders to wait for. */
function isShut({ limit, holders }: WaitedLimit, keepers: ReadonlySet<string>): boolean {
  return holders.length > 0 && holders.length >= limit && holders.every((one) => keepers.has(nameOf(one)));
}

/** Who keeps what it holds as long as these wait: themselves, their runs, and the nodes and runs that wait for their runs. */
function keepersOf(stuck: readonly StuckWaiter[], parentOf: ParentOf): Set<string> {
  const keepers = new Set<string>();
  for (const { entry } of stuck) {
    keepers.add(nameOf(entry));
    keepers.add(nameOf({ run: entry.run, node: WHOLE_RUN }));
    for (let above = parentOf(entry.run); above; above = parentOf(above.run)) {
      if (keepers.has(nameOf(above))) break;
      keepers.add(nameOf(above));
      keepers.add(nameOf({ run: above.run, node: WHOLE_RUN }));
    }
  }
  return keepers;
}

function nameOf({ run, node }: { readonly run: string; readonly node: number }): string {
  return `${run}/${node}`;
}

/** A link of a circle: who waits for which limit, and who holds it. */
export interface CircleLink {
  readonly waiter: LimitEntry;
  readonly limit: WaitedLimit;
  readonly holder: LimitEntry;
}

/** `a waits for "x", which run R2 holds`: one link in words. */
export function linkWords({ waiter, limit, holder }: CircleLink): string {
  return `${describeEntry(waiter)} waits for "${limit.key}", held by ${describeEntry(holder)}`;
}

/** The circle that this one waits in or for, link by link, beginning with it; empty when it is not stuck. */
export function circleOf(
  own: Pick<LimitEntry, 'run' | 'node'>,
  stuck: readonly StuckWaiter[],
  parentOf: ParentOf,
): readonly CircleLink[] {
  const links: CircleLink[] = [];
  const seen = new Set<StuckWaiter>();
  let at = stuck.find(({ entry }) => nameOf(entry) === nameOf(own));
  while (at && !seen.has(at)) {
    seen.add(at);
    const [holder] = at.limit.holders;
    if (!holder) break;
    links.push({ waiter: at.entry, limit: at.limit, holder });
    at = stuck.find((one) => keepersOf([one], parentOf).has(nameOf(holder)));
  }
  return links;
}
