/** The public API of the engine. Adapters and roles are put together by whoever embeds it; `cli/` is the model. */

export { createBullTaskQueue } from './bullmq/index.ts';
export type { EngineActions } from './core/engine-outcome.ts';
export {
  SLUICE_ERROR_CODES,
  SluiceError,
  type SluiceErrorCode,
  TASK_ERROR_CODES,
  type TaskError,
} from './core/errors.ts';
export { EVENT_TYPES, type EventRecord, type EventType } from './core/event.ts';
export { resolveInputs } from './core/inputs.ts';
export type { Json, JsonObject } from './core/json.ts';
export { NODE_STATES, type NodeState, RUN_STATUSES, type RunStatus } from './core/node-state.ts';
export { type Plan, type PlanTask, sealPlan } from './core/plan.ts';
export type { Ticket } from './core/ticket.ts';
export { TRIGGER_RULES, type TriggerRule } from './core/trigger-rule.ts';
export type { ArtifactStore } from './ports/artifact-store.ts';
export type { Clock } from './ports/clock.ts';
export {
  type EngineExecutor,
  type ExecutionContext,
  type Executor,
  TaskFailure,
  type WorkerExecutor,
} from './ports/executor.ts';
export type { LogStore } from './ports/log-store.ts';
export { type Logger, SILENT } from './ports/logger.ts';
export type { Membership, WorkerInfo } from './ports/membership.ts';
export type { RunIndex, RunSummary } from './ports/run-index.ts';
export type { ShardStore } from './ports/shard-store.ts';
export type { TaskQueue } from './ports/task-queue.ts';
export {
  createConnections,
  createRedisArtifactStore,
  createRedisLogStore,
  createRedisMembership,
  createRedisRunIndex,
  createRedisShardStore,
} from './redis/index.ts';
export type { AttemptView } from './runtime/client/attempt-view.ts';
export { type Client, createClient } from './runtime/client/client.ts';
export type { EventView, NodeView, RunView } from './runtime/client/run-view.ts';
export type { StartOptions } from './runtime/client/start-run.ts';
export { createOrchestrator, type Orchestrator } from './runtime/orchestrator/orchestrator.ts';
export { createRealClock } from './runtime/real-clock.ts';
export { createWorker, type Worker } from './runtime/worker.ts';
