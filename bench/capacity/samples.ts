/** Many durations in little memory: counted in steps of 2 %, so quantiles are right to that. */

const STEP = Math.log(1.02);
/** What is shorter counts as this, ms. */
const LEAST_MS = 0.01;

export class Samples {
  count = 0;
  max = 0;
  #sum = 0;
  #counts: number[] = [];

  add(ms: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(ms / LEAST_MS) / STEP));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.count++;
    this.#sum += ms;
    this.max = Math.max(this.max, ms);
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  /** `share` 0 to 1; 0 without samples. */
  quantile(share: number): number {
    let left = share * this.count;
    for (const [bucket, count = 0] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return Math.min(this.max, LEAST_MS * Math.exp(bucket * STEP));
    }
    return this.max;
  }

  clear(): void {
    this.count = 0;
    this.max = 0;
    this.#sum = 0;
    this.#counts = [];
  }
}
