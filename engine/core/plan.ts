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
    };

/** How many nodes of a fan-out may fail: a count, or a percentage of all nodes, rounded down. */
export type FailureBudget = { readonly count: number } | { readonly percent: number };

/** The work of a task: an executor's name and its options, some of which are templates. */
export interface PlanAction {
  readonly uses: string;
  readonly with: { readonly [option: string]: Template };
}

export interface PlanTask {
  readonly id: string;
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
  readonly allowFailure: boolean;
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

export interface Plan {
  readonly format: 1;
  /** SHA-256 over the canonical JSON of all other fields, in hex: the workflow's version. */
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
  readonly tasks: readonly PlanTask[];
  /** Workflow outputs. A value that cannot be resolved is null in a failed run, and fails a run that else succeeded. */
  readonly outputs: { readonly [name: string]: Template };
}

/** Gives a plan its hash. */
export function sealPlan(plan: Omit<Plan, 'hash'>): Plan {
  // JSON drops `undefined` members, so that an absent key and an undefined one are the same plan.
  const clean = JSON.parse(JSON.stringify(plan)) as JsonObject;
  const hash = createHash('sha256').update(canonicalJson(clean)).digest('hex');
  return { ...(clean as unknown as Omit<Plan, 'hash'>), hash };
}
