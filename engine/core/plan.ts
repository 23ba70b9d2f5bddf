/**
 * The plan: a compiled workflow. Immutable, content-addressed, tasks named by integer index.
 *
 * `dsl/` produces it from YAML; everything after that (decide, prepare, workers) reads only this. It is plain JSON,
 * so it is stored in Redis as it stands. Expressions stay text: they are parsed once per process and cached.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject, type Template } from './json.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { TriggerRule } from './trigger-rule.ts';

/** How an upstream's end counts for one edge: S success, F failure, K skipped. */
export type EdgeOutcome = 'S' | 'F' | 'K';

/** The four words of `when:`. `done` stands for all three outcomes. */
export type WhenWord = 'success' | 'failure' | 'skipped' | 'done';

/** One dependency of a task. At most one of `when` and `case` is present. */
export interface PlanEdge {
  /** Index of the upstream task. */
  readonly from: number;
  /** A match turns the edge into S, anything else into K. Absent: the ordinary edge. */
  readonly when?: readonly WhenWord[];
  /** The switch's choice that makes this edge S; another choice is K, a failed switch F. */
  readonly case?: readonly string[];
  /** Waited for, then dropped unless S. */
  readonly optional?: true;
  /** Comes from a reference `tasks.x` in an expression: always waited for, counted only under `all_success`. */
  readonly data?: true;
}

/** Declared type of an input or output. `properties` and `items` nest. Dates and durations stay text. */
export interface ValueSpec {
  readonly type:
    | 'string'
    | 'integer'
    | 'number'
    | 'boolean'
    | 'enum'
    | 'date'
    | 'datetime'
    | 'duration'
    | 'array'
    | 'object'
    /** Of outputs that an executor always has; workflows cannot declare it. */
    | 'any';
  readonly default?: Json;
  readonly required?: boolean;
  readonly description?: string;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: ValueSpec;
  readonly properties?: { readonly [name: string]: ValueSpec };
}

/** How a task becomes several nodes. */
export type FanOut =
  | {
      readonly kind: 'foreach';
      /** Resolves to a list. */
      readonly items: Template;
    }
  | {
      readonly kind: 'matrix';
      /** Each axis resolves to a list; combinations vary the last axis fastest. */
      readonly axes: readonly { readonly name: string; readonly values: Template }[];
      /** Combinations added after the product (or merged into those that agree on all axes they name). */
      readonly include: Template;
      /** A combination that matches all keys of one of these is left out. */
      readonly exclude: Template;
    }
  /** One node for each live worker of the queue that has the labels asked for, fixed when the task starts. */
  | { readonly kind: 'broadcast' }
  /** Compensation: one node for each node of task `of` that succeeded, in the order of its items. */
  | { readonly kind: 'compensation'; readonly of: number };

/** How many nodes of a fan-out may fail: a count, or a percentage of all nodes, rounded down. */
export type FailureBudget = { readonly count: number } | { readonly percent: number };

/** The work of a task: an executor's name and its options, some of which are templates. */
export interface PlanAction {
  readonly uses: string;
  readonly with: { readonly [option: string]: Template };
}

/** At most `limit` holders at once, across all runs of the namespace that name the same key. */
export interface PlanConcurrency {
  readonly key: Template;
  readonly limit: number;
}

/** At most `limit` units in any window of `perMs`, across all runs of the namespace that name the same key. */
export interface PlanRateLimit {
  readonly key: Template;
  readonly limit: number;
  readonly perMs: number;
  /** Units that one attempt takes, 1 or more; a template that resolves to a number. */
  readonly cost: Template;
}

/** A sub-workflow: the action of a task with `workflow`. */
export interface PlanChild {
  readonly namespace: string;
  readonly workflow: string;
  /** Set when the file names it (another document, another file); else the newest stored version when the parent starts. */
  readonly hash?: string;
  /** Child's input name → template. */
  readonly inputs: { readonly [name: string]: Template };
  /** The node succeeds as soon as the child has been started. */
  readonly detached: boolean;
}

/** Do it again until it is so: each iteration is an attempt. */
export interface PlanRepeat {
  /** Expression without braces, over `self`. Absent: until `max`. */
  readonly until?: string;
  /** Iterations at most; reached without `until` being true: `repeat_exhausted`. Absent only beside `until`. */
  readonly max?: number;
  readonly delayMs: number;
}

export interface PlanCache {
  readonly key: Template;
  /** Paths in the workflow's folder whose content goes into the key; globs. */
  readonly files: readonly string[];
  readonly ttlMs?: number;
}

/** Whom to tell of what. Delivered by the operations part; the engine writes events. */
export interface PlanNotification {
  readonly on: readonly ('success' | 'failure' | 'retry' | 'late' | 'recovered')[];
  readonly channel: string;
  readonly text?: Template;
}

/**
 * When a task belongs to the end of a run: `compensate` undoes a task of the main part, the others are handlers.
 * Absent: the main part.
 */
export type TaskPhase = 'compensate' | 'on_success' | 'on_failure' | 'on_finish';

export interface PlanTask {
  readonly id: string;
  /** Tasks with a phase stand behind all tasks of the main part, and their edges lead to tasks of their own phase only. */
  readonly phase?: TaskPhase;
  readonly description?: string;
  readonly edges: readonly PlanEdge[];
  readonly triggerRule: TriggerRule;
  /** Expression text without braces. */
  readonly if?: string;
  /** True when `if` names `item`, `matrix` or `index`: it is then asked for each node instead of once. */
  readonly ifPerNode?: true;
  readonly action: PlanAction;
  readonly fanOut?: FanOut;
  /** Nodes of this task started and unfinished at once. Absent: no bound. */
  readonly maxParallel?: number;
  readonly maxFailures: FailureBudget;
  readonly failFast: boolean;
  readonly retry: RetryPolicy;
  /** Limit on one attempt, from its claim, in ms. */
  readonly timeoutMs?: number;
  /** Limit on waiting in the queue, from queued to claimed, in ms. */
  readonly queueTimeoutMs?: number;
  /** Limit on silence of one attempt (no output, no progress), ms. */
  readonly heartbeatMs?: number;
  readonly allowFailure: boolean;
  /** A task with a child has the action `workflow`, which no executor serves. */
  readonly child?: PlanChild;
  readonly repeat?: PlanRepeat;
  readonly cache?: PlanCache;
  /** In the order written; taken one at a time in the order of their keys. */
  readonly concurrency?: readonly PlanConcurrency[];
  readonly rateLimit?: readonly PlanRateLimit[];
  /** Slots of the worker that one attempt takes. Absent: 1. */
  readonly slots?: number;
  /** Labels that a worker must have. */
  readonly workerLabels?: { readonly [name: string]: string };
  /** Cost per hour of running, for the cost account. */
  readonly costPerHour?: number;
  /** Late after so long from the start of the run, ms: an event and an alert, nothing is stopped. */
  readonly deadlineMs?: number;
  readonly notify?: readonly PlanNotification[];
  readonly queue: string;
  /** 0 lowest to 9. */
  readonly priority: number;
  /** Workflow env and task env merged, the task's winning. Values are templates. */
  readonly env: { readonly [name: string]: Template };
  readonly cwd?: string;
  readonly shell?: string;
  /** Declared outputs, checked when the task ends. Absent: any output is taken. */
  readonly outputs?: { readonly [name: string]: ValueSpec };
  /** Artifact name → path in the working directory, kept when the task succeeds. Values are templates. */
  readonly artifacts: { readonly [name: string]: string };
  /** Path in the working directory → template that resolves to an artifact reference. */
  readonly files: { readonly [path: string]: Template };
  /** Where the task stands in its source, for messages: `file:line`. */
  readonly at?: string;
}

/** `run.logical_time` of what a trigger starts is the tick itself. */
export type PlanTrigger =
  | {
      readonly kind: 'cron';
      readonly cron: string;
      /** IANA name; default UTC. */
      readonly timezone: string;
      readonly catchup: 'none' | 'last' | 'all';
      readonly overlap: 'allow' | 'skip' | 'queue' | 'replace';
      readonly inputs: { readonly [name: string]: Template };
    }
  | {
      readonly kind: 'every';
      readonly everyMs: number;
      readonly catchup: 'none' | 'last' | 'all';
      readonly overlap: 'allow' | 'skip' | 'queue' | 'replace';
      readonly inputs: { readonly [name: string]: Template };
    }
  /** Once, at a time (ms since 1970). */
  | { readonly kind: 'at'; readonly atMs: number; readonly inputs: { readonly [name: string]: Template } }
  | {
      readonly kind: 'after';
      readonly namespace: string;
      readonly workflow: string;
      readonly on: readonly ('success' | 'failure' | 'cancelled')[];
      /** Once a window of this length has all scheduled runs of that workflow ended so. Absent: after each run. */
      readonly windowMs?: number;
      readonly inputs: { readonly [name: string]: Template };
    }
  | {
      readonly kind: 'webhook';
      readonly path: string;
      /** Name of a secret. */
      readonly secret?: string;
      readonly scheme: 'standard' | 'github' | 'hmac';
      /** Expression over `trigger`: the delivery's id. */
      readonly id?: string;
      readonly inputs: { readonly [name: string]: Template };
    }
  | {
      readonly kind: 'kafka';
      readonly brokers: readonly string[];
      readonly topic: string;
      readonly group: string;
      readonly from: 'latest' | 'earliest';
      readonly inputs: { readonly [name: string]: Template };
    };

/** How long ended runs are kept; the first bound that is passed removes them. Absent bounds: the installation's. */
export interface PlanRetention {
  readonly ageMs?: { readonly succeeded?: number; readonly failed?: number; readonly cancelled?: number };
  /** Runs of this workflow that are kept, newest first. */
  readonly count?: number;
}

export interface Plan {
  readonly format: 1;
  /**
   * SHA-256 over the canonical JSON of all other fields, in hex: the workflow's version. Less where tasks stand (`at`): a
   * comment or an empty line makes no new version, and a workflow built in code is the same as the equal file.
   */
  readonly hash: string;
  readonly name: string;
  readonly namespace: string;
  readonly description?: string;
  readonly labels: { readonly [name: string]: string };
  readonly inputs: { readonly [name: string]: ValueSpec };
  readonly priority: number;
  /** Nodes of one run started and unfinished at once. Absent: no bound. */
  readonly maxParallel?: number;
  /** Limit on a whole run, from its start, in ms. */
  readonly timeoutMs?: number;
  /** Late after so long from its start (for a scheduled run: from its logical time), ms: an event and an alert. */
  readonly deadlineMs?: number;
  /** Names of secrets that the workflow may use. */
  readonly secrets?: readonly string[];
  readonly triggers?: readonly PlanTrigger[];
  /** The key that shares fairly, such as a tenant; resolved from inputs when the run starts. */
  readonly fairness?: Template;
  /** Limit on runs, held from start to end. */
  readonly concurrency?: PlanConcurrency & { readonly onLimit: 'queue' | 'cancel_running' | 'reject' };
  readonly notify?: readonly PlanNotification[];
  readonly callback?: { readonly url: Template; readonly secret?: string };
  readonly retention?: PlanRetention;
  readonly tasks: readonly PlanTask[];
  /** Workflow outputs. A value that cannot be resolved is null in a failed run, and fails a run that else succeeded. */
  readonly outputs: { readonly [name: string]: Template };
}

/** Gives a plan its hash. */
export function sealPlan(plan: Omit<Plan, 'hash'>): Plan {
  // JSON drops `undefined` members, so that an absent key and an undefined one are the same plan.
  const clean = JSON.parse(JSON.stringify(plan)) as JsonObject & Pick<Plan, 'tasks'>;
  const hash = createHash('sha256')
    .update(canonicalJson(withoutPlaces(clean)))
    .digest('hex');
  return { ...(clean as unknown as Omit<Plan, 'hash'>), hash };
}

function withoutPlaces(plan: JsonObject & Pick<Plan, 'tasks'>): JsonObject {
  const tasks = plan.tasks.map(({ at: _at, ...task }) => task);
  return { ...plan, tasks: tasks as unknown as Json };
}
