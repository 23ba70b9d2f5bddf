/**
 * A heap in which groups stand in line: each item brings its group a place, and a group spends its next place on the item that
 * it wants first. So what one group gets does not depend on how it orders its own items.
 */
import { PriorityHeap } from './priority-heap.ts';

export interface GroupRules<T> {
  readonly groupOf: (item: T) => string;
  /** Whether the place of `a` comes before that of `b`, whatever their groups. */
  readonly before: (a: T, b: T) => boolean;
  /** Whether a group wants `a` before `b`. */
  readonly wantedBefore: (a: T, b: T) => boolean;
}

/** In line stands who brought the place, whatever it will be spent on. */
interface Place<T> {
  readonly broughtBy: T;
  readonly group: string;
}

export class GroupedHeap<T> {
  readonly #rules: GroupRules<T>;
  #places: PriorityHeap<Place<T>>;
  /** Each with as many items as it has places. */
  readonly #groups = new Map<string, PriorityHeap<T>>();

  constructor(rules: GroupRules<T>) {
    this.#rules = rules;
    this.#places = new PriorityHeap((a, b) => rules.before(a.broughtBy, b.broughtBy));
  }

  get size(): number {
    return this.#places.size;
  }

  /** What `pop` would give. */
  get first(): T | undefined {
    const place = this.#places.first;
    return place && this.#groups.get(place.group)?.first;
  }

  get items(): readonly T[] {
    return [...this.#groups.values()].flatMap(({ items }) => items);
  }

  /** The same, to be emptied without effect on this one. */
  copy(): GroupedHeap<T> {
    const made = new GroupedHeap(this.#rules);
    made.#places = this.#places.copy();
    for (const [name, group] of this.#groups) made.#groups.set(name, group.copy());
    return made;
  }

  push(item: T): void {
    const name = this.#rules.groupOf(item);
    let group = this.#groups.get(name);
    if (!group) {
      group = new PriorityHeap(this.#rules.wantedBefore);
      this.#groups.set(name, group);
    }
    group.push(item);
    this.#places.push({ broughtBy: item, group: name });
  }

  pop(): T | undefined {
    const place = this.#places.pop();
    const group = place && this.#groups.get(place.group);
    const item = group?.pop();
    if (group?.size === 0) this.#groups.delete(place?.group ?? '');
    return item;
  }
}
