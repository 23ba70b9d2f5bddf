/** Finds circles of limits in what is stored. Read twice: limits live on several shards, and go on between two reads. */
import { holderName } from '../../core/limit/address.ts';
import {
  type CircleLink,
  circleOf,
  type ParentOf,
  stuckWaiters,
  type WaitedLimit,
} from '../../core/limit/circle.ts';
import type { LimitEntry } from '../../core/limit/document.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { readLimits } from './limit-view.ts';

type Reading = Pick<ClientStore, 'readActors' | 'now' | 'readHeader'>;

/** Runs whose parents are looked up; with more that wait, circles through sub-workflows may be missed. */
const MAX_RUNS = 500;

export interface LimitCircles {
  /** One circle for each that is stuck, beginning with it; the same circle is listed once. */
  readonly circles: readonly (readonly CircleLink[])[];
  /** The circle that this one waits in or for; empty without. */
  of(own: Pick<LimitEntry, 'run' | 'node'>): readonly CircleLink[];
}

/** `between`: what to wait for before the second look. */
export async function findCircles(
  store: Reading,
  shards: number,
  between: () => Promise<void> = async () => {},
): Promise<LimitCircles> {
  const first = await lookOnce(store, shards);
  if (first.stuck.length === 0) return { circles: [], of: () => [] };
  await between();
  const { stuck: again, parentOf } = await lookOnce(store, shards);
  const before = new Set(first.stuck.map(({ entry }) => identityOf(entry)));
  const stuck = again.filter(({ entry }) => before.has(identityOf(entry)));
  return {
    circles: distinct(stuck.map(({ entry }) => circleOf(entry, stuck, parentOf))),
    of: (own) => circleOf(own, stuck, parentOf),
  };
}

function identityOf(entry: LimitEntry): string {
  return `${holderName(entry)}@${entry.since}`;
}

function distinct(circles: readonly (readonly CircleLink[])[]): (readonly CircleLink[])[] {
  const seen = new Set<string>();
  return circles.filter((links) => {
    const name = links
      .map(({ waiter }) => holderName(waiter))
      .sort()
      .join(' ');
    const isNew = links.length > 0 && !seen.has(name);
    seen.add(name);
    return isNew;
  });
}

async function lookOnce(store: Reading, shards: number) {
  const views = await readLimits(store, shards);
  const limits: WaitedLimit[] = views
    .filter(({ kind, waiters }) => kind === 'concurrency' && waiters.length > 0)
    .map(({ address, key, definition, holders, waiters }) => ({
      address,
      key,
      limit: definition?.limit ?? 0,
      holders,
      waiters,
    }));
  // Most often somebody goes on, and nobody's parents matter.
  const parentOf = limits.length === 0 ? () => undefined : await readParents(store, limits);
  return { stuck: stuckWaiters(limits, parentOf), parentOf };
}

async function readParents(store: Reading, limits: readonly WaitedLimit[]): Promise<ParentOf> {
  const parents = new Map<string, ReturnType<ParentOf>>();
  let open = [...new Set(limits.flatMap(({ waiters }) => waiters.map(({ run }) => run)))];
  while (open.length > 0 && parents.size < MAX_RUNS) {
    const headers = await Promise.all(open.slice(0, MAX_RUNS).map((run) => store.readHeader(run)));
    open.slice(0, MAX_RUNS).forEach((run, i) => {
      parents.set(run, headers[i]?.parent);
    });
    open = headers.flatMap((header) =>
      header?.parent && !parents.has(header.parent.run) ? [header.parent.run] : [],
    );
  }
  return (run) => parents.get(run);
}
