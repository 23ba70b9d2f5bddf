/** The world outside of a shard, as far as decisions ask for it. */
import type { AlertTarget } from '../notification/alert.ts';
import type { RunHeader } from '../run-header.ts';

/** A live worker, as its registration says. */
export interface WorkerFact {
  readonly session: string;
  readonly name: string;
  readonly labels: { readonly [name: string]: string };
}

/** What decisions may ask of the world as its owner knows it. It may be a second old; what must last is stored. */
export interface ShardFacts {
  /** Live workers that serve the queue and have all the labels, by name. */
  workersOf(queue: string, labels: { readonly [name: string]: string }): readonly WorkerFact[];
  /** Whether a worker of this session is announced. */
  isLive?(session: string): boolean;
  /** Addresses of the actors that want to know when a run of the workflow ends. */
  subscribersOf(namespace: string, workflow: string): readonly string[];
  /**
   * What the installation wants to be told of the workflow and its runs, beside its own `notify`; of itself, where the namespace is empty.
   * Absent: nothing.
   */
  alertsOf?(namespace: string, workflow: string): readonly AlertTarget[];
  /** How long a run of the workflow usually takes at most, ms; null: too few have taught that; undefined: not known yet. */
  usualMs?(namespace: string, workflow: string): number | null | undefined;
  /** Slots of the live worker that has most of them for the queue; 0 or absent when there is none. */
  largestWorker?(queue: string): number;
  /** `traceparent` for what happens on behalf of a node. Absent: nobody traces. */
  traceOf?(header: Pick<RunHeader, 'id' | 'traceparent'>, node: number, generation: number): string;
  /** Whether all live workers of the queue go on with chains. Absent: no. */
  mayJoin?(queue: string): boolean;
}

export const NO_FACTS: ShardFacts = { workersOf: () => [], subscribersOf: () => [] };
