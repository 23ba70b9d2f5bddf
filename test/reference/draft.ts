/** A workflow as the reference interpreter knows it: what its author meant, and how each piece of work will turn out. */
import type { WhenWord } from '../../engine/core/plan.ts';
import type { TriggerRule } from '../../engine/core/trigger-rule.ts';

export interface DraftNeed {
  readonly task: number;
  readonly when?: readonly WhenWord[];
  readonly case?: readonly string[];
  readonly optional?: true;
}

/** `status`: whether another task succeeded; `item`: true for items below the number. */
export type DraftCondition =
  | { readonly kind: 'fixed'; readonly holds: boolean }
  | { readonly kind: 'error' }
  | { readonly kind: 'status'; readonly of: number }
  | { readonly kind: 'item'; readonly below: number };

/** A value of another task in the environment; a safe one has a fallback. */
export interface DraftRead {
  readonly task: number;
  readonly isSafe: boolean;
}

/** How one node's work turns out. */
export interface DraftWork {
  /** Of one try, ms. */
  readonly takesMs: number;
  /** So many tries fail before one succeeds. */
  readonly failures: number;
}

export type DraftPhase = 'main' | 'on_success' | 'on_failure' | 'on_finish';

export interface DraftTask {
  readonly id: string;
  readonly phase: DraftPhase;
  readonly needs: readonly DraftNeed[];
  readonly rule: TriggerRule;
  readonly condition?: DraftCondition;
  readonly reads: readonly DraftRead[];
  /** Case that it chooses; null for none. A task with it is a switch. */
  readonly choice?: string | null;
  /** Absent: no fan-out. */
  readonly items?: number;
  /** Of a fan-out: one node after another, and none after the failure budget is spent. Else all at once, to the end. */
  readonly isOneByOne: boolean;
  readonly maxFailures: number;
  readonly allowFailure: boolean;
  readonly attempts: number;
  /** By item; of a task without fan-out the first. */
  readonly work: readonly DraftWork[];
}

export interface Draft {
  readonly tasks: readonly DraftTask[];
  /** Read by the workflow's outputs. */
  readonly outputs: readonly DraftRead[];
  /** ms after the start. */
  readonly cancelAtMs?: number;
}

/** Pause between tries, ms. */
export const RETRY_MS = 1_000;
/** Names of the cases of every switch, the last its default. */
export const CASES = ['red', 'green', 'blue'] as const;

/** What a node's work answers, given its environment. */
export function answerOf(id: string, item: number, reads: readonly string[]): number {
  let hash = 7;
  for (const char of [id, item, ...reads].join(' ')) hash = (hash * 31 + char.charCodeAt(0)) % 1_000_003;
  return hash;
}
