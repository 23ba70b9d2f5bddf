/**
 * A feature of the language in the simulation: how a workflow gets it, what a user does with its run, and what it promises.
 * Featured workflows combine features at random, so that every pair of them meets; one more is one file and one line.
 */
import type { Client } from '../../../engine/runtime/client/client.ts';
import type { Evidence, FeaturedRun } from '../evidence.ts';
import type { Random } from '../random.ts';
import type { Draft } from './draft.ts';

export interface Feature {
  readonly name: string;
  /** Share of the featured workflows that have it; 0.3 unless told. */
  readonly share?: number;
  /** Gives the workflow the feature. May add tasks, and change those that are there. */
  plant(draft: Draft): void;
  /** What a user does while the run goes on. Ends when the user has nothing more to do. */
  act?(user: FeatureUser): Promise<void>;
  /** Whether it took effect in the run. Planted and never reached does not count as met. */
  happened(run: FeaturedRun, evidence: Evidence): boolean;
  /** What contradicts the promises of the feature. */
  check?(run: FeaturedRun, evidence: Evidence): Iterable<string | { what: string; node: number }>;
}

/** The user of one featured run. */
export interface FeatureUser {
  readonly run: string;
  readonly draft: Draft;
  readonly client: Client;
  readonly random: Random;
  sleep(ms: number): Promise<void>;
  /** Repeats a call through outages until it is answered. Undefined when the store does not have the run (any more). */
  insist<T>(call: () => Promise<T>): Promise<T | undefined>;
  /** The run has ended, as far as this user knows. */
  hasEnded(): Promise<boolean>;
}

/** Events of the run of these types. */
export function eventsOf(run: FeaturedRun, ...types: readonly string[]): FeaturedRun['events'] {
  return run.events.filter(({ type }) => types.includes(type));
}

/** Whether some node of a task that `wanted` names has such an event. */
export function anyNode(
  run: FeaturedRun,
  type: string,
  wanted: (task: FeaturedRun['plan']['tasks'][number]) => boolean = () => true,
): boolean {
  return run.events.some(({ type: seen, node }) => {
    const task = node === undefined ? undefined : run.plan.tasks[run.nodeName(node).task];
    return seen === type && task !== undefined && wanted(task);
  });
}
