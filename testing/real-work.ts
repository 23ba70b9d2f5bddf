/** What a test does in real time (executed tasks, their files): virtual time stands still meanwhile. */
export class RealWork {
  readonly #open = new Set<Promise<unknown>>();

  /** Answers the promise as it is. */
  track<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.then(
      () => this.#open.delete(settled),
      () => this.#open.delete(settled),
    );
    this.#open.add(settled);
    return work;
  }

  /** Resolves when some of it has ended; undefined when there is none. */
  untilSomeEnds(): Promise<unknown> | undefined {
    return this.#open.size === 0 ? undefined : Promise.race(this.#open);
  }
}
