/** Messages: all that can happen to a shard. Those from the inbox are JSON in a stream; timers and `lost` come from the owner. */
import type { TaskError } from './errors.ts';
import type { AttemptResult } from './ticket.ts';

/** The attempt that a message speaks of. */
export interface AttemptName {
  readonly run: string;
  readonly node: number;
  readonly generation: number;
  readonly attempt: number;
}

export type AttemptOutcome =
  | ({ readonly status: 'succeeded' } & AttemptResult)
  | { readonly status: 'failed'; readonly error: TaskError }
  /** The worker stopped it because it was told to. */
  | { readonly status: 'cancelled' };

/** A run was accepted; its header is stored already. */
export interface StartMessage {
  readonly type: 'start';
  readonly run: string;
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
}

/** An outcome from a delivery that no longer counts. Recorded, not applied. */
export interface LateMessage extends Omit<SettledMessage, 'type'> {
  readonly type: 'late';
}

export interface CancelMessage {
  readonly type: 'cancel';
  readonly run: string;
  readonly reason?: string;
  /** Between SIGTERM and SIGKILL, ms. */
  readonly graceMs: number;
}

export type InboxMessage =
  | StartMessage
  | StartedMessage
  | ProgressMessage
  | SettledMessage
  | LateMessage
  | CancelMessage;

export const TIMER_KINDS = ['retry', 'timeout', 'queue_timeout', 'wait', 'abandon', 'run_timeout'] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

/** A timer that is due. Identified by all its fields, so that a stale one is recognised and ignored. */
export interface TimerMessage extends AttemptName {
  readonly type: 'timer';
  readonly kind: TimerKind;
}

/** The owner found that sessions died holding the claim, too often. */
export interface LostMessage extends AttemptName {
  readonly type: 'lost';
}

export type Message = InboxMessage | TimerMessage | LostMessage;

/** Member of the shard's timer set. */
export function timerKey(kind: TimerKind, name: AttemptName): string {
  return `${kind}:${name.run}:${name.node}:${name.generation}:${name.attempt}`;
}

export function parseTimerKey(key: string): TimerMessage {
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
