/**
 * What is looked at beside runs, for the alerts of the installation: queues in which nodes wait and nobody takes them, and workers that are gone
 * without having left. Pure; whoever owns the installation's alerts looks again and again, and tells them of what has changed.
 */
import type { ActorState } from '../actor.ts';
import type { Json } from '../json.ts';
import type { ActorMessage } from '../message.ts';
import { isAlertField, readAlert } from './alert.ts';
import { INSTALLATION, notificationsAddress } from './notification.ts';

/** Where the alerts of the installation are kept. */
export const WATCH_ADDRESS = notificationsAddress('default', INSTALLATION);
/** Document: what was seen last. */
export const WATCH = 'watch';

export interface KnownWorker {
  readonly name: string;
  readonly queues: readonly string[];
}

export interface WatchDocument {
  /** When somebody looked, ms. */
  readonly at: number;
  /** By session. `freshAt`: when it came, as long as it has not taken the place of another. */
  readonly workers: { readonly [session: string]: KnownWorker & { readonly freshAt?: number | undefined } };
  /** Queues of those that are lost, by name. */
  readonly lost: { readonly [name: string]: readonly string[] };
}

/** `observed`: what somebody has seen. */
export interface Observed {
  readonly at: number;
  readonly workers: { readonly [session: string]: KnownWorker };
  /** Sessions that left of themselves. */
  readonly left: readonly string[];
  readonly stuck: readonly { readonly queue: string; readonly summary: string }[];
}

export function observedMessage(observed: Observed): ActorMessage {
  return {
    type: 'actor',
    to: WATCH_ADDRESS,
    name: 'observed',
    body: { observed: observed as unknown as Json },
  };
}

/** Documents have the form that their actor wrote them in. */
export function readWatch(state: ActorState): WatchDocument | undefined {
  return state.get(WATCH) as unknown as WatchDocument | undefined;
}

export interface WatchedQueue {
  readonly name: string;
  readonly waiting: number;
  readonly running: number;
  readonly slots: number;
  readonly workers: number;
  /** When the node that waits longest became queued, ms. */
  readonly oldestAt: number;
}

export interface Patience {
  /** Nobody serves the queue. */
  readonly unservedMs: number;
  /** Slots are free, and nobody takes what waits. */
  readonly untakenMs: number;
}

export const PATIENCE: Patience = { unservedMs: 60_000, untakenMs: 5 * 60_000 };
/** A worker may be silent for so long: after an outage all announce themselves again, ms. */
const SILENT_MS = 10_000;
/** That somebody looks is noted so often, ms. */
const NOTED_MS = 20_000;
/** Where nobody has looked for longer, workers that are gone may have left: nothing is said of them, ms. */
export const GAP_MS = 45_000;

export interface Sight {
  readonly now: number;
  readonly workers: { readonly [session: string]: KnownWorker };
  readonly left: readonly string[];
  readonly queues: readonly WatchedQueue[];
}

/** Remembers since when what it sees is so, in memory: after a take-over all of it begins anew. */
export class Watcher {
  readonly #patience: Patience;
  /** By queue. */
  #idleSince = new Map<string, number>();
  /** By session. */
  #goneSince = new Map<string, number>();

  constructor(patience: Patience = PATIENCE) {
    this.#patience = patience;
  }

  /** What is to be told of it; undefined when that is known already. */
  look(sight: Sight, state: ActorState): Observed | undefined {
    const known = readWatch(state);
    const { now: at, left } = sight;
    const workers = this.#workersOf(sight, known);
    const stuck = this.#stuckOf(sight);
    const isKnown =
      known !== undefined &&
      at - known.at < NOTED_MS &&
      isSame(Object.keys(workers), Object.keys(known.workers)) &&
      isSame(
        firingQueues(state),
        stuck.map(({ queue }) => queue),
      );
    const isEmpty = known === undefined && Object.keys(workers).length + stuck.length === 0;
    return isKnown || isEmpty ? undefined : { at, workers, left: [...left], stuck };
  }

  /** Those that are announced, and those that may only be silent. */
  #workersOf({ now, workers, left }: Sight, known: WatchDocument | undefined): Observed['workers'] {
    // Of who went while nobody looked nothing can be said.
    const isGap = known === undefined || now - known.at > GAP_MS;
    const silent = Object.entries(isGap ? {} : known.workers).filter(
      ([session]) => !Object.hasOwn(workers, session) && !left.includes(session),
    );
    this.#goneSince = new Map(silent.map(([session]) => [session, this.#goneSince.get(session) ?? now]));
    const kept = silent.filter(([session]) => now - (this.#goneSince.get(session) ?? now) < SILENT_MS);
    return Object.fromEntries([
      ...Object.entries(workers),
      ...kept.map(([session, { name, queues }]) => [session, { name, queues }] as const),
    ]);
  }

  #stuckOf({ now, queues }: Sight): Observed['stuck'] {
    const idle = queues.filter(({ waiting, running, slots }) => waiting > 0 && running < Math.max(1, slots));
    this.#idleSince = new Map(idle.map(({ name }) => [name, this.#idleSince.get(name) ?? now]));
    return idle.flatMap((queue) => {
      const patienceMs = queue.workers === 0 ? this.#patience.unservedMs : this.#patience.untakenMs;
      const since = Math.max(queue.oldestAt, this.#idleSince.get(queue.name) ?? now);
      return now - since < patienceMs ? [] : [{ queue: queue.name, summary: describe(queue) }];
    });
  }
}

function describe({ name, waiting, running, slots, workers }: WatchedQueue): string {
  const nodes = waiting === 1 ? '1 node waits' : `${waiting} nodes wait`;
  const why =
    workers === 0
      ? 'no worker serves it'
      : `nobody takes them, though ${slots - running} of ${slots} slots are free`;
  return `queue ${name}: ${nodes}, and ${why}`;
}

function firingQueues(state: ActorState): string[] {
  return [...state].flatMap(([field, value]) => {
    const alert = isAlertField(field) ? readAlert(value) : undefined;
    return alert?.rule === 'queue_stuck' && alert.state === 'firing' ? [alert.subject] : [];
  });
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  const known = new Set(other);
  return one.length === known.size && one.every((name) => known.has(name));
}
