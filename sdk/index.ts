/** Sluice for TypeScript and JavaScript programs: docs/sdk.md. */
export { SluiceError, type SluiceErrorCode, type TaskError } from '../engine/core/errors.ts';
export type { NodeExplanation, Reason, RunExplanation } from '../engine/core/explain/index.ts';
export type { Json, JsonObject } from '../engine/core/json.ts';
export type { NodeState, RunStatus } from '../engine/core/node-state.ts';
export type { Plan } from '../engine/core/plan.ts';
export type { ArtifactRef } from '../engine/core/ticket.ts';
export { TaskFailure } from '../engine/ports/executor.ts';
export type { Logger } from '../engine/ports/logger.ts';
export type { RunFilter, RunSummary } from '../engine/ports/run-index.ts';
export type { AttemptView } from '../engine/runtime/client/attempt-view.ts';
export type { ChildFate } from '../engine/runtime/client/child-fates.ts';
export type { CostQuery, CostReport } from '../engine/runtime/client/cost-report.ts';
export type { ResetPreview } from '../engine/runtime/client/doing-again.ts';
export type { PreparedRerun } from '../engine/runtime/client/rerun.ts';
export type { EventView, NodeView, RunView } from '../engine/runtime/client/run-view.ts';
export type { Applied } from '../engine/runtime/definition/definitions.ts';
export type { FunctionContext, RegisteredFunction } from '../executors/index.ts';
export {
  type ConnectOptions,
  connect,
  type Sluice,
  type StartOptions,
  worker,
} from './connect.ts';
export type { RedisOptions } from './engine-parts.ts';
export { expr, type Ref } from './reference.ts';
export type { RerunOptions } from './rerun.ts';
export type { SluiceWorker, WorkerOptions } from './roles.ts';
export type { Decision, EventOptions, MarkOptions, ResultOptions, Run } from './run.ts';
export { RunFailed } from './run-failed.ts';
export type { TaskHandle } from './task-handle.ts';
export type { InputsOf, ValueOf } from './value-type.ts';
export { type Workflow, type WorkflowBuilder, workflow } from './workflow.ts';
export { readWorkflow, type WorkflowTypes } from './workflow-file.ts';
export type { Need, TaskOptions, WorkflowOptions } from './workflow-options.ts';
