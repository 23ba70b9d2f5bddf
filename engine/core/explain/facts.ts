/** What an explanation needs beside the run itself. All of it is read, nothing is asked of anybody. */
import type { ActorState } from '../actor.ts';
import { attemptName, type NodePlace } from '../decide/node/node-place.ts';
import { formatDuration } from '../duration.ts';
import type { TaskError } from '../errors.ts';
import type { EventRecord } from '../event.ts';
import type { CircleLink } from '../limit/circle.ts';
import type { TimerKind } from '../message.ts';
import { timerKey } from '../message.ts';
import type { RunStatus } from '../node-state.ts';
import type { Rank } from '../rank.ts';

export interface LiveWorker {
  readonly session: string;
  readonly name: string;
  readonly queues: { readonly [queue: string]: number };
  readonly labels: { readonly [name: string]: string };
  /** Executors by name, and what they offer (`function:resize`). */
  readonly executors: readonly string[];
}

export interface ExplainFacts {
  /** The store's clock, ms. */
  readonly now: number;
  readonly workers: readonly LiveWorker[];
  /** Live orchestrators. */
  readonly orchestrators: number;
  /** Executors that the orchestrator evaluates itself. */
  readonly engineActions: ReadonlySet<string>;
  /** Flights of the run, as stored: `flightKey` → value. */
  readonly flights: ReadonlyMap<string, string>;
  /** Timers of the run: `timerKey` → due, ms. */
  readonly timers: ReadonlyMap<string, number>;
  /** Status of child runs, by id, where they are there. */
  readonly children: ReadonlyMap<string, RunStatus>;
  /** Documents of a limit. */
  limit(address: string): ActorState;
  /** Failed attempts of the node, where its history was read. */
  attempts(
    node: number,
  ): readonly { readonly attempt: number; readonly error: TaskError; readonly at: number }[];
  /** The circle of limits that this node (−1: the run itself) waits in; empty or absent without. */
  circle?(node: number): readonly CircleLink[];
  /** How the node came to its end without working: marked, reused or served from the cache; where its history was read. */
  shortcut?(node: number): EventRecord | undefined;
  /** What the orchestrator says about the node's rank; undefined where it was not asked, or has not answered. */
  rank?(node: number): Rank | undefined;
}

/** When a timer of the node's current attempt is due. */
export function dueAt(facts: ExplainFacts, place: NodePlace, kind: TimerKind): number | undefined {
  return facts.timers.get(timerKey(kind, attemptName(place)));
}

/** `in 3s`, or `now`: an orchestrator takes a moment to act. */
export function inTime(now: number, at: number): string {
  const left = Math.round((at - now) / 100) * 100;
  return left <= 0 ? 'now' : `in ${formatDuration(left)}`;
}

export function forTime(ms: number): string {
  return formatDuration(Math.max(0, Math.round(ms / 100) * 100)) || '0s';
}
