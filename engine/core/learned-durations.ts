/**
 * What finished attempts taught about how long tasks take: an exponential mean a task (dask's scheduler does the same). It only
 * orders work, so it is kept in memory, may be shared by the shards of one orchestrator, and may be forgotten at any time.
 */

/** Weight of the newest duration in the mean. */
const LEARNING_RATE = 0.5;
/** Tasks that are remembered; beyond that the one that was learned of first is forgotten. */
const MAX_TASKS = 200_000;

/** A task of every version of a workflow. */
export interface LearnedTask {
  readonly namespace: string;
  readonly workflow: string;
  readonly task: string;
}

export class LearnedDurations {
  readonly #means = new Map<string, number>();

  learn(task: LearnedTask, ms: number): void {
    const key = keyOf(task);
    const old = this.#means.get(key);
    this.#means.set(key, old === undefined ? ms : old + LEARNING_RATE * (ms - old));
    if (this.#means.size <= MAX_TASKS) return;
    const [oldest] = this.#means.keys();
    if (oldest !== undefined) this.#means.delete(oldest);
  }

  /** ms; undefined for a task that has never run. */
  of(task: LearnedTask): number | undefined {
    return this.#means.get(keyOf(task));
  }
}

function keyOf({ namespace, workflow, task }: LearnedTask): string {
  return `${namespace}/${workflow}/${task}`;
}
