/**
 * What a node waits for beside time. Stored with what the node left so far, so that whoever takes the shard over knows it;
 * it speaks only while the node is `waiting` (a child: while it is `running`).
 */
import type { ValueSpec } from './plan.ts';

/** A signal of this name; its payload becomes the outputs. */
export interface SignalWait {
  readonly kind: 'signal';
  readonly name: string;
  /** Fields of the payload. Absent: any. */
  readonly schema?: { readonly [field: string]: ValueSpec };
  /** Then the wait has expired, ms since 1970. */
  readonly until?: number;
}

/** Somebody's decision. */
export interface ApprovalWait {
  readonly kind: 'approval';
  readonly form: { readonly [field: string]: ValueSpec };
  /** Who is asked. Shown, not enforced. */
  readonly approvers: readonly string[];
  /** Then `onDeadline` happens, ms since 1970. */
  readonly until?: number;
  readonly onDeadline: 'reject' | 'approve' | 'fail';
  readonly onReject: 'fail' | 'continue';
}

export type SomebodysTurn = SignalWait | ApprovalWait;

export type WaitingFor =
  | SomebodysTurn
  /** The delay between two iterations. */
  | { readonly kind: 'repeat' }
  /** The end of a child that was told to stop, and why. */
  | { readonly kind: 'child'; readonly stopped: 'cancelled' | 'timeout' };
