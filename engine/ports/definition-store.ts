/**
 * The definition store: workflows as they were applied, by namespace and name, with their versions; the plans of those
 * versions; and which schedules follow which workflows. Adapters (engine/redis, engine/memory) pass
 * test/contract/definition-store.ts. Every method takes effect completely or not at all, and may be repeated.
 */
import type { Plan, PlanRetention } from '../core/plan.ts';
import type { SourceRef } from '../core/ticket.ts';

export interface DefinitionVersion {
  /** From 1. */
  readonly number: number;
  /** Hash of the plan. */
  readonly plan: string;
  /** Hashes of the plans of other files that it runs as sub-workflows. */
  readonly linked: readonly string[];
  /** The workflow's folder, as it was applied. */
  readonly source?: SourceRef;
  /** The workflow file as it was written, in a bundle of its own. */
  readonly text?: SourceRef;
  /** ms since 1970, the store's clock. */
  readonly appliedAt: number;
}

export interface WorkflowDefinition {
  readonly format: 1;
  readonly namespace: string;
  readonly name: string;
  /** Rises with each change, also when the workflow is removed and applied again. */
  readonly revision: number;
  /** Number of the version that is started. */
  readonly current: number;
  /** Oldest first; never without the current one. */
  readonly versions: readonly DefinitionVersion[];
}

/** What lists show of a workflow, and what others must know of it without its plan. */
export interface DefinitionLine {
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly version: number;
  readonly plan: string;
  readonly appliedAt: number;
  readonly description?: string;
  readonly tasks: number;
  /** Triggers of the current version that are schedules, by their numbers. */
  readonly schedules: readonly number[];
  /** `namespace/name` of the workflows that it starts by name. */
  readonly starts: readonly string[];
  readonly retention?: PlanRetention;
}

/** A schedule that follows a workflow: the address of its actor. */
export interface Subscription {
  readonly address: string;
  readonly namespace: string;
  readonly workflow: string;
}

export interface DefinitionChange {
  readonly definition: WorkflowDefinition;
  readonly line: DefinitionLine;
  /** All that the current version follows. */
  readonly subscriptions: readonly Subscription[];
}

export interface DefinitionStore {
  read(namespace: string, name: string): Promise<WorkflowDefinition | undefined>;
  /**
   * Stores the definition, its line and its subscriptions in one step, if the stored revision is `expected` (0: there is
   * none). False: somebody else was first. After a lost reply it may answer false for what it has stored.
   */
  write(change: DefinitionChange, expected: number): Promise<boolean>;
  /** Removes definition, line and subscriptions, if the revision is still that. */
  remove(namespace: string, name: string, revision: number): Promise<boolean>;
  /** All workflows, by namespace and name. */
  list(): Promise<readonly DefinitionLine[]>;
  /** Stores a plan, unless it is there. */
  putPlan(plan: Plan): Promise<void>;
  plan(hash: string): Promise<Plan | undefined>;
  /** All subscriptions, with a revision that changes when they do; undefined: none has changed since `known`. */
  subscriptions(
    known?: string,
  ): Promise<{ readonly revision: string; readonly subscriptions: readonly Subscription[] } | undefined>;
}
