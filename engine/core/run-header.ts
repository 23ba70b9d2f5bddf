/**
 * A run's durable header: what is true of the run as a whole. Stored as two JSON documents: what the client asked for,
 * written once by `start`, and the changing part (`RunProgress`), rewritten by commits and laid over it when read.
 */
import type { TaskError } from './errors.ts';
import type { Json } from './json.ts';
import type { OutputsRef, StoredOutputs } from './large-outputs.ts';
import type { RunStatus } from './node-state.ts';
import type { LaterPart } from './run-part.ts';
import type { SourceRef } from './ticket.ts';
import type { WaitingFor } from './waiting.ts';

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly task?: string;
  /** Who cancelled it, as they said. */
  readonly by?: string;
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
  /** Of large outputs: where all of them are; `outputs` has the small ones. */
  largeOutputs?: OutputsRef;
  error?: RunError;
  /** Why and since when nothing new is started. */
  paused?: { readonly at: number; readonly reason?: string };
  /** The coming result, from the end of the main part on: while compensating and in handlers. */
  result?: { readonly status: 'succeeded' | 'failed' | 'cancelled'; readonly error?: RunError };
  /** Why it ended without having begun: its limit had no place, or its key could not be resolved. */
  refused?: RunError;
  /** The part after the main one that the run is in; absent while it is in the main part. */
  part?: LaterPart;
  /** Parts of the run are being reset: nothing else is decided until that is done. */
  reset?: ResetWork;
  /** What its attempts have cost that are over, of all generations; absent while nobody counts it. */
  cost?: number;
  /** Nodes that wait for somebody: `isAwaiting`. Absent for none. */
  awaiting?: number;
  /** Times that the run was taken up again after its end; absent for none. `run.attempt` is one more. */
  retries?: number;
  /** Signals that no node has taken yet, oldest first. */
  signals?: readonly { readonly name: string; readonly payload: Json; readonly by?: string }[];
  answered?: readonly AnsweredRequest[];
  /** What fires about it, with its begin: resolved when it ends. */
  alerts?: readonly { readonly rule: 'late' | 'slow'; readonly since: number }[];
}

/** A reset under way, step by step: what begins a new generation. Numbers are record indexes. */
export interface ResetWork {
  /** Tasks that begin anew, with all their nodes. */
  readonly tasks: readonly number[];
  /** Fan-outs of which the nodes begin anew that neither succeeded nor were skipped. */
  readonly partial: readonly number[];
  /** Single nodes of fan-outs. */
  readonly nodes: readonly number[];
  /** Records looked at so far. */
  position: number;
  /** How the first of `nodes` or `tasks` ends as soon as it is reset. */
  readonly mark?: NodeMark;
}

/** A person says how a node ended. */
export interface NodeMark {
  readonly node: number;
  readonly as: 'succeeded' | 'failed' | 'skipped';
  readonly outputs?: { readonly [name: string]: Json };
  readonly reason?: string;
  readonly by?: string;
  /** What the attempt cost that this took out of the hands of its worker. */
  readonly cost?: number;
}

/** The node that a run was started by, and waits for it. */
export interface ParentNode {
  readonly run: string;
  readonly node: number;
  readonly generation: number;
  readonly attempt: number;
  /** Limits (actor addresses) that the parent and its own parents hold: the child enters them freely. */
  readonly holds?: readonly string[];
}

/** What a run takes over from a former run of the same workflow: the nodes of these tasks do not run again. */
export interface ReusedRun {
  readonly run: string;
  /** Ids of the tasks that are taken over whole. */
  readonly tasks: readonly string[];
  /** `run.attempt` of the former run: once it has been taken up again, what it has now does not fit what was taken over. */
  readonly attempt: number;
}

/** A request that was answered, with its answer. The newest few are kept, so that a repeat is answered alike. */
export type AnsweredRequest = readonly [request: string, answer: string];

export interface CancelRequest {
  readonly at: number;
  /** Between SIGTERM and SIGKILL, ms. */
  readonly graceMs: number;
  readonly code: 'cancelled' | 'run_timeout';
  readonly reason?: string;
  /** Who asked for it, as they said. */
  readonly by?: string;
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
  readonly parent?: ParentNode;
  /** `namespace/workflow` → plan hash of all sub-workflows that it may start by name, fixed when it was started. */
  readonly pins?: { readonly [workflow: string]: string };
  /** `namespace/workflow` → files of the sub-workflows that it may start by name. */
  readonly sources?: { readonly [workflow: string]: SourceRef };
  readonly reuse?: ReusedRun;
  /** Addresses of the actors that are told when the run ends (its schedule, a backfill). */
  tell?: readonly string[];
  /** ms since 1970, Redis' clock. */
  readonly createdAt: number;
  /** W3C trace context of whoever started it: its spans belong under that one. */
  readonly traceparent?: string;
  /** Hash over what the client asked for, to tell a repeated start from a conflicting one. */
  readonly fingerprint: string;
}

/** What a node left behind: outputs and artifacts, or its last error. One JSON text a node. */
export interface NodeOutput extends StoredOutputs {
  readonly a?: { readonly [name: string]: Json };
  readonly e?: TaskError;
  /** Of a fan-out whose items cannot be derived again (broadcast): the items. */
  readonly i?: readonly Json[];
  /** Of a task with `repeat`: iterations done, the attempt after which the current one began, and the generation of both. */
  readonly r?: { readonly done: number; readonly since: number; readonly g: number };
  /** Of a node whose end was taken over from a former run: the run that the node there had started. */
  readonly c?: string;
  /** What it waits for, beside time. */
  readonly w?: WaitingFor;
}

/** JSON of the changing part, for `RunChange.header`. */
export function progressJson(header: RunHeader): string {
  const { status, startedAt, finishedAt, seq, nodes, cancel, outputs, largeOutputs, error } = header;
  const { paused, result, refused, part, reset, cost, awaiting, retries, signals, answered, alerts } = header;
  return JSON.stringify({
    status,
    startedAt,
    finishedAt,
    seq,
    nodes,
    cancel,
    outputs,
    largeOutputs,
    error,
    paused,
    result,
    refused,
    part,
    reset,
    cost,
    awaiting,
    retries,
    signals,
    answered,
    alerts,
  });
}
