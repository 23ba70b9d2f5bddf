/** A scenario: a workflow, what it is given, what stands for its tasks, and what happens from outside while it runs. */
import type { Json, JsonObject } from '../engine/core/json.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { SourceRef } from '../engine/core/ticket.ts';
import type { Executor } from '../engine/ports/executor.ts';
import type { Stubs } from './stub.ts';

/** What people and programs may do to a run. */
export type Happening =
  | { readonly signal: string; readonly payload?: Json; readonly by?: string }
  | { readonly approve: string; readonly form?: JsonObject; readonly comment?: string; readonly by?: string }
  | { readonly reject: string; readonly form?: JsonObject; readonly comment?: string; readonly by?: string }
  | { readonly cancel: true; readonly reason?: string }
  | { readonly pause: true; readonly reason?: string }
  | { readonly resume: true };

export interface TimedHappening {
  /** Virtual time since the start of the run, ms. */
  readonly atMs: number;
  readonly what: Happening;
}

export interface Scenario {
  readonly plan: Plan;
  /** Plans of sub-workflows that may run. */
  readonly linked?: readonly Plan[];
  /** Those of the installation: engine executors run as they are, the others lend their checks of options. */
  readonly executors: readonly Executor[];
  readonly stubs: Stubs;
  readonly inputs?: JsonObject;
  /** Values of secrets. Default: `secret-NAME`. */
  readonly secrets?: { readonly [name: string]: string };
  /** Virtual time of the start, ms since 1970. Default 2026-01-01T00:00:00Z. */
  readonly nowMs?: number;
  readonly trigger?: { readonly type: string; readonly [field: string]: Json };
  readonly timeline?: readonly TimedHappening[];
  /** The workflow's folder, for tasks that are executed. */
  readonly source?: SourceRef;
  /** Aborts when the test has had its time: it is then stuck. Default: never. */
  readonly signal?: AbortSignal | undefined;
}
