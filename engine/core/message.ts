/** Messages: all that can happen to a shard. Those from the inbox are JSON in a stream; timers and `lost` come from the owner. */
import type { TaskError } from './errors.ts';
import type { Json } from './json.ts';
import type { OutputsRef } from './large-outputs.ts';
import type { RunStatus } from './node-state.ts';
import type { RunHeader } from './run-header.ts';
import type { AttemptResult } from './ticket.ts';

/** Of messages from clients: the id under which the owner answers. A repeated request gets the first answer again. */
export interface Asked {
  readonly request?: string;
}

/** What the owner answers to a request. */
export type Answer =
  | { readonly ok: true; readonly [detail: string]: Json }
  /** `code` is one of SLUICE_ERROR_CODES. */
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The attempt that a message speaks of. */
export interface AttemptName {
  readonly run: string;
  readonly node: number;
  readonly generation: number;
  readonly attempt: number;
}

export type AttemptOutcome =
  /** `cached`: the run whose success was reused instead of working. */
  (
    | ({ readonly status: 'succeeded'; readonly cached?: string } & AttemptResult)
    | { readonly status: 'failed'; readonly error: TaskError }
    /** The worker stopped it because it was told to. */
    | { readonly status: 'cancelled' }
  ) & {
    /** What it cost as far as the work itself said; absent: what its time costs. */
    readonly cost?: number;
  };

/** A run was accepted; its header is stored already. */
export interface StartMessage {
  readonly type: 'start';
  readonly run: string;
  /** As stored, so that its owner need not read it; absent when it is large. */
  readonly header?: RunHeader;
}

/** Work has gone on for 100 ms: sent by the worker so that it shows, and so that the timeout's clock is known. */
export interface StartedMessage extends AttemptName {
  readonly type: 'started';
  readonly delivery: number;
  readonly worker: string;
  /** Time of the claim, Redis' clock, ms. */
  readonly at: number;
}

export interface ProgressMessage extends AttemptName {
  readonly type: 'progress';
  readonly delivery: number;
  readonly fraction: number;
}

/** The outcome of an attempt, appended by `settle` in the same script that marks the flight done. */
export interface SettledMessage extends AttemptName {
  readonly type: 'settled';
  readonly delivery: number;
  readonly worker: string;
  readonly startedAt: number;
  readonly outcome: AttemptOutcome;
  /** The flight that the worker claimed in the same step, and its session: the node that is joined to this one has begun. */
  readonly next?: { readonly flight: string; readonly session: string };
}

/** An outcome from a delivery that no longer counts. Recorded, not applied. */
export interface LateMessage extends Omit<SettledMessage, 'type' | 'next'> {
  readonly type: 'late';
}

export interface CancelMessage extends Asked {
  readonly type: 'cancel';
  readonly run: string;
  readonly reason?: string;
  readonly by?: string;
  /** Between SIGTERM and SIGKILL, ms. */
  readonly graceMs: number;
}

/** Starts nothing new until `resume`; what runs goes on. */
export interface PauseMessage extends Asked {
  readonly type: 'pause';
  readonly run: string;
  readonly reason?: string;
}

export interface ResumeMessage extends Asked {
  readonly type: 'resume';
  readonly run: string;
}

/** What of a run is done again. `failed`: all that failed and what follows from it; `from`: a node and all downstream. */
export type RetryScope = 'failed' | 'from' | 'node' | 'all';

/** Works again on parts of the same run, with its own definition and inputs: a new generation of its nodes. */
export interface RetryMessage extends Asked {
  readonly type: 'retry';
  readonly run: string;
  readonly scope: RetryScope;
  /** Names such as `resize` or `resize[3]`; for `from` and `node`. */
  readonly nodes?: readonly string[];
}

/** A person says how a node ended. */
export interface MarkMessage extends Asked {
  readonly type: 'mark';
  readonly run: string;
  readonly node: string;
  readonly as: 'succeeded' | 'failed' | 'skipped';
  readonly outputs?: { readonly [name: string]: Json };
  readonly reason?: string;
  readonly by?: string;
}

export interface SignalMessage extends Asked {
  readonly type: 'signal';
  readonly run: string;
  readonly name: string;
  readonly payload: Json;
  readonly by?: string;
}

export interface ApprovalMessage extends Asked {
  readonly type: 'approval';
  readonly run: string;
  readonly node: string;
  readonly decision: 'approved' | 'rejected';
  readonly form?: { readonly [name: string]: Json };
  readonly comment?: string;
  readonly by?: string;
}

/** A child run has ended; sent to its parent. */
export interface ChildEndedMessage extends AttemptName {
  readonly type: 'child_ended';
  readonly child: string;
  readonly status: RunStatus;
  readonly outputs: { readonly [name: string]: Json };
  readonly large?: OutputsRef;
  readonly error?: { readonly code: string; readonly message: string; readonly task?: string };
}

/** Asks a child run whether it has ended: it answers with `child_ended` if so. */
export interface ReportMessage {
  readonly type: 'report';
  readonly run: string;
  /** Actor that is told also when there is no such run. */
  readonly tell?: string;
}

/** A limit has a place for the node (or, for `node` −1, for the whole run). */
export interface GrantedMessage extends AttemptName {
  readonly type: 'granted';
  readonly limit: string;
  /** The ask that it answers: an earlier one may have been given back meanwhile. */
  readonly at: number;
}

/** A limit has no place and its `on_limit` says `reject`. For whole runs only. */
export interface RefusedMessage extends AttemptName {
  readonly type: 'refused';
  readonly limit: string;
  readonly reason: string;
}

/** A limit asks whether its holder, or one that waits, is still there. Who is not answers with `release`. */
export interface StillHeldMessage extends AttemptName {
  readonly type: 'still_held';
  readonly limit: string;
}

/** Asks where a node that waits for a worker stands among the others. Changes nothing. */
export interface RankMessage extends Asked {
  readonly type: 'rank';
  readonly run: string;
  readonly node: number;
}

/** Messages to a run. */
export type RunMessage =
  | StartMessage
  | StartedMessage
  | ProgressMessage
  | SettledMessage
  | LateMessage
  | CancelMessage
  | PauseMessage
  | ResumeMessage
  | RetryMessage
  | MarkMessage
  | SignalMessage
  | ApprovalMessage
  | ChildEndedMessage
  | ReportMessage
  | GrantedMessage
  | RefusedMessage
  | StillHeldMessage
  | RankMessage;

/** A message to an actor. What else it says is the business of its kind. */
export interface ActorMessage extends Asked {
  readonly type: 'actor';
  readonly to: string;
  readonly name: string;
  readonly body: { readonly [field: string]: Json };
}

export type InboxMessage = RunMessage | ActorMessage;

export const TIMER_KINDS = [
  'retry',
  'timeout',
  'queue_timeout',
  'wait',
  'abandon',
  'run_timeout',
  'deadline',
  'run_deadline',
  'run_usual',
] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

/** A timer that is due. Identified by all its fields, so that a stale one is recognised and ignored. */
export interface TimerMessage extends AttemptName {
  readonly type: 'timer';
  readonly kind: TimerKind;
}

/** A timer of an actor is due. */
export interface ActorTimerMessage {
  readonly type: 'actor_timer';
  readonly to: string;
  readonly name: string;
}

/** The owner found that sessions died holding the claim, too often. */
export interface LostMessage extends AttemptName {
  readonly type: 'lost';
}

/** From the owner: nodes of the run have waited for a limit for so long that they ask it again. */
export interface RemindMessage {
  readonly type: 'remind';
  readonly run: string;
}

export type Message = InboxMessage | TimerMessage | LostMessage | RemindMessage | ActorTimerMessage;

/** The run that the message is for, or undefined when it is for an actor. */
export function runOf(message: Message): string | undefined {
  return 'run' in message ? message.run : undefined;
}

/** What decides the message's shard: a run's id, or an actor's address. */
export function addressOf(message: Message): string {
  return 'run' in message ? message.run : message.to;
}

/** Member of the shard's timer set. */
export function timerKey(kind: TimerKind, name: AttemptName): string {
  return `${kind}:${name.run}:${name.node}:${name.generation}:${name.attempt}`;
}

/** Member of the shard's timer set, for a timer of an actor. */
export function actorTimerKey(actor: string, name: string): string {
  return `actor:${name}:${actor}`;
}

export function parseTimerKey(key: string): TimerMessage | ActorTimerMessage {
  if (key.startsWith('actor:')) {
    const at = key.indexOf(':', 6);
    return { type: 'actor_timer', name: key.slice(6, at), to: key.slice(at + 1) };
  }
  const [kind, run, node, generation, attempt] = key.split(':');
  return {
    type: 'timer',
    kind: kind as TimerKind,
    run: run ?? '',
    node: Number(node),
    generation: Number(generation),
    attempt: Number(attempt),
  };
}
