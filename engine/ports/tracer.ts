/**
 * Who follows the work in traces. What is told here is told once it is so; nobody waits for it, and nothing may be thrown.
 * Names of spans follow from the names of what they are of, so that every role, and the next owner of a shard, means the same span.
 */
import type { RunChange } from '../core/commit.ts';
import type { RunHeader } from '../core/run-header.ts';
import type { RunState } from '../core/run-state.ts';
import type { Ticket } from '../core/ticket.ts';

/** A stored commit. */
export interface TracedCommit {
  readonly shard: number;
  /** Its number on the shard. */
  readonly n: number;
  /** ms since 1970, the clock of the role. */
  readonly from: number;
  readonly to: number;
  /** Runs as they are now, with what the commit changed. */
  readonly runs: readonly { readonly run: RunState; readonly change: RunChange }[];
}

export interface TracedDispatch {
  readonly tickets: readonly Ticket[];
  /** ms since 1970, the clock of the role. */
  readonly from: number;
  readonly to: number;
}

/** For orchestrators. */
export interface RunTracer {
  /** `traceparent` for what happens on behalf of a node. */
  contextOf(header: Pick<RunHeader, 'id' | 'traceparent'>, node: number, generation: number): string;
  committed(commit: TracedCommit): void;
  dispatched(dispatch: TracedDispatch): void;
}

/** For workers. */
export interface AttemptTracer {
  /** Undefined: nobody follows this attempt. */
  begin(ticket: Ticket): AttemptSpan | undefined;
}

export interface AttemptSpan {
  /** For the task: what it does belongs under this span. */
  readonly traceparent: string;
  /** Call it once. `code`: of the error that ended the attempt, `cancelled`, or `handed_back`; absent: it succeeded. */
  end(code?: string): void;
}
