/** The form of an explanation: a public contract of `sluice explain --json` and of the SDK. Codes are a closed list. */
import type { Json } from '../json.ts';
import type { NodeState, RunStatus } from '../node-state.ts';

/** Why something is as it is. `docs/explain.md` lists all codes; a test compares both ways. */
export const REASON_CODES = {
  run_ended: 'the run has ended; nothing more follows',
  run_cancelling: 'the run is being cancelled, so nothing new begins',
  run_paused: 'the run is paused: what runs goes on, nothing new begins',
  run_not_taken: 'no orchestrator has taken the run yet',
  run_limit: 'the run waits for a place in its own `concurrency`',
  run_part: 'the run compensates or is in its handlers; the main part is over',
  no_orchestrator: 'no orchestrator lives, so nobody decides',
  ready: 'nothing holds it back: it would be started now',
  upstream: 'it waits for upstream tasks; these are open',
  rule: 'its trigger rule, and what the edges count for it',
  edge: 'how one upstream task counts for the rule',
  condition: 'its `if`, and what it says',
  task_full: '`max_parallel` of its task is used up',
  run_full: '`max_parallel` of the run is used up',
  limit: 'it waits for a concurrency limit',
  rate_limit: 'it waits for units of a rate limit',
  limit_circle: 'it waits for a limit whose holders wait for it: nobody goes on before one is cancelled',
  limit_differs: 'workflows declare the limit that it waits for with different numbers',
  fan_out: 'how the nodes of its fan-out stand',
  fan_out_stopped: 'its fan-out has failed and stops the rest (`fail_fast`)',
  not_sent: 'it is ready, and waits in the orchestrator for room in its queue',
  sent: 'it is in its queue, and waits for a worker with a free slot',
  no_worker: 'no live worker serves its queue',
  no_executor: 'no live worker of its queue has what it needs',
  rank: 'what decides when its turn comes',
  working: 'a worker works on it',
  stopping: 'it was told to stop',
  settled: 'its work is done and about to be taken in',
  child: 'it waits for its sub-workflow',
  retry: 'it failed and will be tried again',
  no_retry: 'why it was not tried again',
  error: 'why it failed',
  attempt: 'an earlier attempt and its error',
  wait_time: 'it waits until a time',
  wait_signal: 'it waits for a signal',
  wait_approval: 'it waits for somebody to approve or reject',
  repeat: 'it does the next iteration after a pause',
  timer: 'something will happen at a time: a timeout, a deadline',
  done: 'it has succeeded',
  marked: 'a person said how it ended',
  reused: 'it was taken over from a former run, and did not run again',
  cached: 'its outputs are those of an earlier success (`cache`)',
  cancelled: 'it was cancelled',
} as const satisfies Record<string, string>;

export type ReasonCode = keyof typeof REASON_CODES;

export interface Reason {
  readonly code: ReasonCode;
  /** One sentence. */
  readonly text: string;
  readonly [detail: string]: Json;
}

export interface NodeExplanation {
  /** `resize`, or `resize[3]`. */
  readonly node: string;
  readonly status: NodeState;
  /** Whether the engine, asked now, would start it. */
  readonly would_run: boolean;
  /** When it goes on by itself, RFC 3339; null when that depends on something else. */
  readonly goes_on_at: string | null;
  /** The most important first. */
  readonly reasons: readonly Reason[];
}

export interface RunExplanation {
  readonly format: 1;
  readonly run: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly reasons: readonly Reason[];
  /** What is open, then what failed, then what was skipped; of a fan-out the first few nodes. */
  readonly nodes: readonly NodeExplanation[];
  /** Nodes that are not listed. */
  readonly more: number;
}

export function reason(
  code: ReasonCode,
  text: string,
  details: { readonly [name: string]: Json } = {},
): Reason {
  return { ...details, code, text };
}

/** With a full stop, unless what people wrote ends it already. */
export function sentence(text: string): string {
  return /[.!?…:]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
