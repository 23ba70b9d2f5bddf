/**
 * Remembers values by text, up to a number of entries and a sum of weights; the oldest go first. So that a process
 * that sees ever new workflows does not grow.
 */
export class BoundedCache<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly weight: number }>();
  readonly #maxEntries: number;
  readonly #maxWeight: number;
  #weight = 0;

  constructor(maxEntries = 20_000, maxWeight = 1_000_000) {
    this.#maxEntries = maxEntries;
    this.#maxWeight = maxWeight;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: V, weight: number): void {
    if (weight > this.#maxWeight) return;
    this.#remove(key);
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    while (this.#entries.size > this.#maxEntries || this.#weight > this.#maxWeight) this.#removeOldest();
  }

  get size(): number {
    return this.#entries.size;
  }

  #removeOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#remove(key);
      return;
    }
  }

  #remove(key: string): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
