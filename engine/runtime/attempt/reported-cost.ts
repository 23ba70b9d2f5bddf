/** What an attempt says that it cost: the sum of all that it reports. */
import { problemOfCost } from '../../core/cost.ts';
import { TaskFailure } from '../../ports/executor.ts';

export class ReportedCost {
  #sum: number | undefined;

  /** @throws TaskFailure invalid_output */
  add(cost: number): void {
    const sum = (this.#sum ?? 0) + cost;
    const problem = problemOfCost(cost) ?? problemOfCost(sum);
    if (problem !== undefined)
      throw new TaskFailure('invalid_output', `What the work reports as its cost ${problem}.`);
    this.#sum = sum;
  }

  /** As part of the outcome; nothing when nothing was reported. */
  get told(): { readonly cost?: number } {
    return this.#sum === undefined ? {} : { cost: this.#sum };
  }
}
