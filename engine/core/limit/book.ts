/**
 * The book of one limit: who holds it and who waits, in the order in which they are served. It follows from the documents
 * alone and is kept beside them, so that ten thousand that wait are not read through for every one that is served.
 */
import type { ActorState } from '../actor.ts';
import { FairQueue } from '../fair-queue.ts';
import type { Json } from '../json.ts';
import { agedClass } from '../policy.ts';
import { PriorityHeap } from '../priority-heap.ts';
import { type LimitEntry, partOf, readEntry } from './document.ts';

export interface Waiting {
  readonly name: string;
  readonly entry: LimitEntry;
}

/** Fairness between keys comes first, then the class, aged by waiting; then who came first. */
export function isServedBefore(a: Waiting, b: Waiting): boolean {
  const byClass = classOf(a) - classOf(b);
  if (byClass !== 0) return byClass < 0;
  if (a.entry.since !== b.entry.since) return a.entry.since < b.entry.since;
  if (a.entry.born !== b.entry.born) return a.entry.born < b.entry.born;
  if (a.entry.run === b.entry.run) return a.entry.node < b.entry.node;
  return a.entry.run < b.entry.run;
}

function classOf({ entry }: Waiting): number {
  return agedClass({ queuedAt: entry.since, priority: entry.priority });
}

export class LimitBook {
  readonly holders = new Map<string, LimitEntry>();
  readonly waiters = new Map<string, LimitEntry>();
  /** When the holder or waiter was last asked whether it is still there, ms. */
  readonly asked = new Map<string, number>();
  /** Documents that this book was made of. */
  size = 0;
  readonly #queue = new FairQueue<Waiting>({
    newWaiting: () => new PriorityHeap(isServedBefore),
    keyOf: ({ entry }) => entry.fairness,
    costOf: ({ entry }) => entry.cost,
  });

  constructor(documents: ActorState) {
    for (const [field, document] of documents) this.note(field, document);
    this.size = documents.size;
  }

  /** Who is to be served next. */
  next(): Waiting | undefined {
    for (let first = this.#queue.first; first; first = this.#queue.first) {
      if (this.waiters.get(first.name) === first.entry) return first;
      this.#queue.drop();
    }
    return undefined;
  }

  /** It is served: its key is charged for it. */
  serve(): void {
    this.#queue.pop();
  }

  /** A document was written. */
  note(field: string, document: Json): void {
    const found = partOf(field);
    const entry = found && readEntry(document);
    if (!entry) return;
    if (found.part === 'holder') this.holders.set(found.name, entry);
    else {
      this.waiters.set(found.name, entry);
      this.#queue.push({ name: found.name, entry });
    }
  }

  /** A document was removed. */
  strike(field: string): void {
    const found = partOf(field);
    if (!found) return;
    (found.part === 'holder' ? this.holders : this.waiters).delete(found.name);
    if (!this.holders.has(found.name) && !this.waiters.has(found.name)) this.asked.delete(found.name);
  }
}

const books = new WeakMap<ActorState, LimitBook>();

/** The book of these documents. A turn that is void puts other documents in their place, and so another book. */
export function bookOf(documents: ActorState): LimitBook {
  const known = books.get(documents);
  if (known && known.size === documents.size) return known;
  const made = new LimitBook(documents);
  books.set(documents, made);
  return made;
}

/** All entries, holders first, as they are listed for people: in the order in which they came, or will be served. */
export function listEntries(documents: ActorState): {
  readonly holders: readonly LimitEntry[];
  readonly waiters: readonly LimitEntry[];
} {
  const book = new LimitBook(documents);
  const waiters: LimitEntry[] = [];
  for (let next = book.next(); next; next = book.next()) {
    waiters.push(next.entry);
    book.serve();
  }
  return { holders: [...book.holders.values()].sort((a, b) => a.since - b.since), waiters };
}
