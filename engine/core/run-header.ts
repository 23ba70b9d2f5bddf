/**
 * A run's durable header: what is true of the run as a whole. Stored as two JSON documents: what the client asked for,
 * written once by `start`, and the changing part (`RunProgress`), rewritten by commits and laid over it when read.
 */
import type { TaskError } from './errors.ts';
import type { Json } from './json.ts';
import type { RunStatus } from './node-state.ts';
import type { SourceRef } from './ticket.ts';

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly task?: string;
}

/** The changing part of a header. */
export interface RunProgress {
  status: RunStatus;
  /** ms since 1970, Redis' clock, as all times here. */
  startedAt?: number;
  finishedAt?: number;
  /** Events written so far. */
  seq: number;
  /** Records: tasks, and nodes of fan-outs created so far. 0 until the owner has taken the `start` message. */
  nodes: number;
  cancel?: CancelRequest;
  outputs?: { readonly [name: string]: Json };
  error?: RunError;
}

export interface CancelRequest {
  readonly at: number;
  /** Between SIGTERM and SIGKILL, ms. */
  readonly graceMs: number;
  readonly code: 'cancelled' | 'run_timeout';
  readonly reason?: string;
}

export interface RunHeader extends RunProgress {
  readonly format: 1;
  readonly id: string;
  readonly namespace: string;
  readonly workflow: string;
  /** Hash of the plan: the workflow's version. */
  readonly plan: string;
  readonly inputs: { readonly [name: string]: Json };
  readonly labels: { readonly [name: string]: string };
  readonly priority: number;
  readonly trigger: { readonly type: string; readonly [field: string]: Json };
  readonly source?: SourceRef;
  /** ms since 1970, Redis' clock. */
  readonly createdAt: number;
  /** Hash over what the client asked for, to tell a repeated start from a conflicting one. */
  readonly fingerprint: string;
}

/** What a node left behind: outputs and artifacts, or its last error. One JSON text a node. */
export interface NodeOutput {
  readonly o?: { readonly [name: string]: Json };
  readonly a?: { readonly [name: string]: Json };
  readonly e?: TaskError;
}

/** JSON of the changing part, for `RunChange.header`. */
export function progressJson(header: RunHeader): string {
  const { status, startedAt, finishedAt, seq, nodes, cancel, outputs, error } = header;
  return JSON.stringify({ status, startedAt, finishedAt, seq, nodes, cancel, outputs, error });
}
