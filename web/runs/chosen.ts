/** Runs that were chosen in a list, and what can be done to all of them. */
import type { RunLine } from '../api/model.ts';

export type BulkVerb = 'cancel' | 'retry';

/** By id, each as it was when it was chosen. */
export type Chosen = ReadonlyMap<string, RunLine>;

/** So many are read to be chosen at once. */
export const MAX_CHOSEN = 1_000;
/** As many are named before something is done to them. */
const NAMED = 5;

export function withChosen(known: Chosen, lines: readonly RunLine[], is: boolean): Chosen {
  const chosen = new Map(known);
  for (const line of lines) {
    if (is) chosen.set(line.id, line);
    else chosen.delete(line.id);
  }
  return chosen;
}

/** Those that it makes sense for: what lives can be cancelled, what ended without success can be retried. */
export function fitting(verb: BulkVerb, lines: readonly RunLine[]): RunLine[] {
  return lines.filter(({ finished_at, status }) =>
    verb === 'cancel' ? finished_at === null : finished_at !== null && status !== 'succeeded',
  );
}

export function namedFirst(lines: readonly RunLine[]): {
  readonly named: readonly RunLine[];
  readonly more: number;
} {
  const named = lines.slice(0, lines.length === NAMED + 1 ? NAMED + 1 : NAMED);
  return { named, more: lines.length - named.length };
}

/** Does the work for each, some at a time. */
export async function forEachOf<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const take = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}
