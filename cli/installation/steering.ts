/** What is asked of runs, and starting them. */
import type { JsonObject } from '../../engine/core/json.ts';
import type {
  Answer,
  ApprovalMessage,
  CancelMessage,
  MarkMessage,
  PauseMessage,
  ResumeMessage,
  RetryMessage,
  SignalMessage,
} from '../../engine/core/message.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { PlannedTask, ResetRequest } from '../../engine/core/rerun/reset-plan.ts';
import type { ChildFate } from '../../engine/runtime/client/child-fates.ts';
import type { MarkRequest } from '../../engine/runtime/client/doing-again.ts';
import type { WorkflowSource } from './workflow-source.ts';

export type RunRequest =
  | CancelMessage
  | PauseMessage
  | ResumeMessage
  | RetryMessage
  | MarkMessage
  | SignalMessage
  | ApprovalMessage;

export interface Preview {
  readonly reset: readonly PlannedTask[];
  readonly kept: readonly PlannedTask[];
  readonly children: readonly ChildFate[];
}

export interface RerunRequest extends ResetRequest {
  /** All of them, checked. */
  readonly inputs: JsonObject;
  /** `latest`: the newest one of the workflow. Default: that of the former run. */
  readonly definition?: 'latest' | WorkflowSource;
}

export interface PreparedRerun {
  readonly preview: Preview;
  /** Plans that the new run may work on; none where that is not this command's business. */
  readonly plans: readonly Plan[];
  /** Answers the id of the new run. */
  start(): Promise<string>;
}

export interface Steering {
  /**
   * Answers once the run's owner has taken it and made it durable.
   * @param waitMs for the answer; 0: do not wait, which only direct ways can promise
   * @throws SluiceError run_not_found, node_not_found, not_possible, invalid_payload, no_answer
   */
  ask(request: RunRequest, waitMs?: number): Promise<Answer & { ok: true }>;
  previewRetry(run: string, request: ResetRequest): Promise<Preview>;
  previewMark(run: string, mark: MarkRequest): Promise<Preview>;
  /** @throws SluiceError workflow_not_found without a newest definition */
  prepareRerun(run: string, request: RerunRequest): Promise<PreparedRerun>;
  /** The plan that `latest` would take. @throws SluiceError workflow_not_found */
  startable(namespace: string, workflow: string): Promise<Plan>;
  start(request: StartRequest): Promise<StartedRun>;
}

export interface StartRequest {
  /** An applied or started workflow by its name, or one that was just compiled. */
  readonly of: { readonly namespace: string; readonly workflow: string } | WorkflowSource;
  /** All of them, checked. */
  readonly inputs: JsonObject;
  readonly idempotencyKey?: string;
  /** W3C trace context of whoever starts it. */
  readonly traceparent?: string | undefined;
}

export interface StartedRun {
  readonly run: string;
  /** False when an earlier start under the same key had made the run. */
  readonly created: boolean;
}
