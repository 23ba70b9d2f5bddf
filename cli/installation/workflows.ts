/** Applied workflows. */
import type { RunForecast } from '../../engine/core/forecast/index.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { Applied } from '../../engine/runtime/definition/definitions.ts';
import type { WorkflowSource } from './workflow-source.ts';

export interface WorkflowLine {
  readonly namespace: string;
  readonly name: string;
  /** The one that is started. */
  readonly version: number;
  /** Hash of the compiled workflow. */
  readonly plan: string;
  readonly applied_at: string;
  readonly description: string | null;
  readonly tasks: number;
  /** Triggers that are schedules, by number. */
  readonly schedules: readonly number[];
}

export interface WorkflowHistory {
  readonly namespace: string;
  readonly name: string;
  /** Number of the version that is started. */
  readonly version: number;
  /** Newest first. */
  readonly versions: readonly {
    readonly number: number;
    readonly plan: string;
    readonly applied_at: string;
  }[];
}

export interface Workflows {
  /** By namespace and name. */
  list(namespace?: string): Promise<readonly WorkflowLine[]>;
  /** @throws SluiceError workflow_not_found */
  history(namespace: string, name: string): Promise<WorkflowHistory>;
  /** The plan of the current version; undefined when there is none, or none that the caller may see. */
  plan(namespace: string, name: string): Promise<Plan | undefined>;
  /** What a run would do, with times learned from former runs of the workflow. */
  forecast(source: WorkflowSource, inputs: JsonObject): Promise<RunForecast>;
  /** What applying would do. */
  preview(source: WorkflowSource): Promise<Applied>;
  /** Changes, made one after another; where nobody sets schedules, that is said. */
  change(work: (changes: WorkflowChanges) => Promise<void>): Promise<void>;
}

export interface WorkflowChanges {
  apply(source: WorkflowSource): Promise<Applied>;
  remove(namespace: string, name: string): Promise<void>;
  /** Answers the number that is current now. @throws SluiceError workflow_not_found, version_not_found */
  rollback(namespace: string, name: string, version: number): Promise<number>;
}
