/**
 * Work for many, of which one that gets no answer must not hold up the others: a primary of a Cluster that is dead keeps its
 * shards waiting for seconds, and the leases of all others run out meanwhile. One errand of a name at a time; whoever asks
 * waits for all of them, but not longer than a moment.
 */
import type { Clock } from '../../ports/clock.ts';
import { Wake } from '../../ports/wake.ts';

export interface ErrandsOptions<Name> {
  readonly clock: Clock;
  /** How long `run` waits for those that are under way, ms. */
  readonly patienceMs: number;
  /** An errand that failed is over: it may be begun again. */
  readonly onFailure: (name: Name, thrown: unknown) => void;
  /** One that nobody waited for any more is over. */
  readonly onLateEnd?: () => void;
}

export class Errands<Name> {
  readonly #options: ErrandsOptions<Name>;
  readonly #underWay = new Set<Name>();
  readonly #late = new Set<Name>();

  constructor(options: ErrandsOptions<Name>) {
    this.#options = options;
  }

  /** It takes longer than anybody waits. */
  isLate(name: Name): boolean {
    return this.#late.has(name);
  }

  /** Begins each that is not under way already. Never rejects. */
  async run(errands: readonly (readonly [name: Name, work: () => Promise<unknown>])[]): Promise<void> {
    const begun = errands.filter(([name]) => !this.#underWay.has(name));
    if (begun.length === 0) return;
    const { clock, patienceMs } = this.#options;
    const over = new Wake();
    const all = Promise.all(begun.map(([name, work]) => this.#do(name, work)));
    await Promise.race([all, clock.sleep(patienceMs, over)]);
    over.wake();
    for (const [name] of begun) if (this.#underWay.has(name)) this.#late.add(name);
  }

  async #do(name: Name, work: () => Promise<unknown>): Promise<void> {
    this.#underWay.add(name);
    try {
      await work();
    } catch (thrown) {
      this.#options.onFailure(name, thrown);
    }
    this.#underWay.delete(name);
    if (this.#late.delete(name)) this.#options.onLateEnd?.();
  }
}
