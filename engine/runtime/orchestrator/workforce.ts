/** The live workers as an orchestrator last heard of them, and what follows for queues: slots, and what all of their workers can do. */
import { isMadeQueue, slotsFor } from '../../core/queue-name.ts';
import type { WorkerInfo } from '../../ports/membership.ts';

export class Workforce {
  readonly #workers: readonly WorkerInfo[];
  readonly #slots = new Map<string, number>();
  /** Slots of the worker that has most of them, by queue. */
  readonly #largest = new Map<string, number>();
  /** Queues all of whose workers take bundles. */
  readonly #bundling: ReadonlySet<string>;
  /** Queues all of whose workers go on with chains. */
  readonly #joining: ReadonlySet<string>;

  constructor(workers: readonly WorkerInfo[]) {
    this.#workers = workers;
    for (const { queues } of workers)
      for (const [queue, count] of Object.entries(queues)) {
        this.#slots.set(queue, (this.#slots.get(queue) ?? 0) + count);
        this.#largest.set(queue, Math.max(count, this.#largest.get(queue) ?? 0));
      }
    this.#bundling = this.#queuesWhose(({ bundles }) => bundles === true);
    this.#joining = this.#queuesWhose(({ chains }) => chains === true);
  }

  isLive(session: string): boolean {
    return this.#workers.some((worker) => worker.session === session);
  }

  mayBundle(queue: string): boolean {
    return this.#bundling.has(queue);
  }

  mayJoin(queue: string): boolean {
    return this.#joining.has(queue);
  }

  largestWorker(queue: string): number {
    return this.#largest.get(queue) ?? 0;
  }

  slotsOf(queue: string): number {
    if (!isMadeQueue(queue)) return this.#slots.get(queue) ?? 0;
    return this.#workers.reduce((sum, worker) => sum + slotsFor(worker, queue), 0);
  }

  /** Those that serve the queue and have all these labels, by name. */
  with(queue: string, labels: { readonly [name: string]: string }): readonly WorkerInfo[] {
    const wanted = Object.entries(labels);
    return this.#workers
      .filter(
        (worker) =>
          Object.hasOwn(worker.queues, queue) &&
          wanted.every(([name, value]) => ownLabel(worker, name) === value),
      )
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  #queuesWhose(isSo: (worker: WorkerInfo) => boolean): ReadonlySet<string> {
    const without = new Set(this.#workers.flatMap((one) => (isSo(one) ? [] : Object.keys(one.queues))));
    return new Set([...this.#slots.keys()].filter((queue) => !without.has(queue)));
  }
}

function ownLabel({ labels }: WorkerInfo, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}
