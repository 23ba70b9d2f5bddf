/** Plans that were read, by their hashes: a plan never changes, and that of a large workflow takes a while to read and parse. */
import type { Plan } from '../../core/plan.ts';

/** Tasks of all plans that are kept. */
const MAX_TASKS = 20_000;

export class PlanCache {
  /** The one used last stands last. */
  readonly #plans = new Map<string, Plan>();
  #tasks = 0;

  /** @param read asked for one that is not known; what it does not find is asked for again. */
  async get(hash: string, read: () => Promise<Plan | undefined>): Promise<Plan | undefined> {
    const known = this.#plans.get(hash);
    const plan = known ?? (await read());
    if (plan === undefined) return undefined;
    this.#keep(hash, plan);
    return plan;
  }

  #keep(hash: string, plan: Plan): void {
    if (!this.#plans.delete(hash)) this.#tasks += plan.tasks.length;
    this.#plans.set(hash, plan);
    for (const [oldest, { tasks }] of this.#plans) {
      if (this.#tasks <= MAX_TASKS || oldest === hash) return;
      this.#plans.delete(oldest);
      this.#tasks -= tasks.length;
    }
  }
}
