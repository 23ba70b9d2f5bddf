/** Lives in a worker process: counts the bodies that ran, and notes when the first began and the last ended. */

export interface BodyReport {
  readonly executed: number;
  readonly spanMs: number;
}

/** What every body returns: 60 bytes of JSON. */
export const OUTPUT = { text: 'x'.repeat(49) } as const;

export class BodyCounter {
  #executed = 0;
  #firstAt = 0;
  #lastAt = 0;
  #expected = Number.POSITIVE_INFINITY;
  readonly #onReached: (report: BodyReport) => void;

  constructor(onReached: (report: BodyReport) => void) {
    this.#onReached = onReached;
  }

  /** Starts to count anew, and tells once when `count` bodies have run. */
  expect(count: number): void {
    this.#executed = 0;
    this.#expected = count;
  }

  /** The body. Does nothing, and is counted. */
  run(): typeof OUTPUT {
    const now = performance.now();
    if (this.#executed === 0) this.#firstAt = now;
    this.#executed += 1;
    this.#lastAt = performance.now();
    if (this.#executed === this.#expected) this.#onReached(this.report());
    return OUTPUT;
  }

  report(): BodyReport {
    return { executed: this.#executed, spanMs: this.#lastAt - this.#firstAt };
  }
}
