/** A binary heap: `pop` gives the item that `before` puts first. */
export class PriorityHeap<T> {
  readonly #items: T[];
  readonly #before: (a: T, b: T) => boolean;

  /** `items`: those of another heap with the same order, as they stand there. */
  constructor(before: (a: T, b: T) => boolean, items: readonly T[] = []) {
    this.#before = before;
    this.#items = [...items];
  }

  get size(): number {
    return this.#items.length;
  }

  /** What `pop` would give. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** All of them, in no order that means anything. */
  get items(): readonly T[] {
    return this.#items;
  }

  copy(): PriorityHeap<T> {
    return new PriorityHeap(this.#before, this.#items);
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = items[up] as T;
      if (!this.#before(item, parent)) break;
      items[at] = parent;
      at = up;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length > 0 && last !== undefined) this.#sink(last);
    return first;
  }

  /** Moves the item to its place from the top down. */
  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1] as T, items[child] as T)) child++;
      const lower = items[child] as T;
      if (!this.#before(lower, item)) break;
      items[at] = lower;
      at = child;
    }
    items[at] = item;
  }
}
