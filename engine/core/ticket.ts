/**
 * A ticket: all that a worker needs for one dispatch, resolved. It is the data of the BullMQ job and a public, documented
 * JSON form (docs/worker-contract.md), so that a worker in another language can serve a queue. Secrets are never in it.
 */
import type { TicketChain } from './chain/chain.ts';
import type { Json, JsonObject } from './json.ts';
import type { OutputsRef } from './large-outputs.ts';
import type { ValueSpec } from './plan.ts';

/** Where a workflow's own files (scripts, modules) are found. */
export type SourceRef =
  /** A content-addressed bundle in the artifact store. */
  | { readonly bundle: string; readonly run: string }
  /** A folder on the machine of the worker; only `sluice run` uses it, whose worker is in the same process. */
  | { readonly directory: string };

/** A kept file. `key` addresses it in the artifact store. This object is what `tasks.x.artifacts.y` resolves to. */
export interface ArtifactRef {
  readonly artifact: string;
  readonly run: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Text, or a secret by its name. */
export type SecretPart = string | { readonly secret: string };

/** A text of the ticket that only the worker can complete. */
export interface SecretText {
  /** JSON Pointer (RFC 6901) into the ticket, such as `/env/TOKEN` or `/with/headers/authorization`; null stands there. */
  readonly at: string;
  /** Joined, they are the text. */
  readonly parts: readonly SecretPart[];
}

/** Work whose former success may be reused. */
export interface TicketCache {
  /** SHA-256 in hex over all that makes two pieces of work the same, except the content of `files`. */
  readonly key: string;
  /** Globs of files in the workflow's folder whose content belongs to the key. */
  readonly files?: readonly string[];
  /** How long a success may be reused, ms. Absent: 30 days. */
  readonly ttl_ms?: number;
}

export interface Ticket {
  readonly v: 1;
  readonly shard: number;
  readonly run: string;
  readonly node: number;
  readonly generation: number;
  readonly attempt: number;
  readonly workflow: string;
  readonly namespace: string;
  readonly task: string;
  /** Index within a fan-out. */
  readonly index?: number;
  readonly queue: string;
  /** BullMQ priority, 1 first to 2,097,151. */
  readonly priority: number;
  /** Slots of the worker that it takes; absent: 1. */
  readonly slots?: number;
  /** Executor name and resolved options. */
  readonly uses: string;
  readonly with: JsonObject;
  readonly env: { readonly [name: string]: string };
  /** Texts in `with` and `env` that hold secrets. */
  readonly secrets?: readonly SecretText[];
  readonly cwd?: string;
  readonly shell?: string;
  /** Limit of the attempt from its claim, ms. */
  readonly timeout_ms?: number;
  /** Longest silence of the attempt (no line written, no progress), ms. */
  readonly heartbeat_ms?: number;
  readonly cache?: TicketCache;
  readonly source?: SourceRef;
  readonly outputs?: { readonly [name: string]: ValueSpec };
  /** Artifact name → path in the working directory. */
  readonly artifacts?: { readonly [name: string]: string };
  /** Path in the working directory → artifact to fetch before the start. */
  readonly files?: { readonly [path: string]: ArtifactRef };
  /** RFC 3339. */
  readonly logical_time: string;
  /** W3C trace context of the node, where orchestrators trace. */
  readonly traceparent?: string;
  /**
   * Tickets of one dispatch with the same text are small work and may travel together, to be worked on one after another in
   * one slot. Each keeps its own flight, outcome, logs, timeout and cancellation.
   */
  readonly bundle?: string;
  /** Nodes that follow on this one, for a worker that goes on with them once it has succeeded. May be passed over. */
  readonly chain?: TicketChain;
  /** Deliveries so far when this ticket was written; makes the job id of a re-added ticket a new one. */
  readonly delivery: number;
}

/** What an attempt left behind when it succeeded. */
export interface AttemptResult {
  readonly outputs: { readonly [name: string]: Json };
  /** Of large outputs: where all of them are; `outputs` has the small ones. */
  readonly large?: OutputsRef;
  readonly artifacts?: { readonly [name: string]: ArtifactRef };
}
