/**
 * A chain as it travels with the ticket of its first node: what a worker needs to prepare the tickets of the nodes behind it,
 * one after another, by the same `prepareTicket` as the shard's owner. Plain JSON.
 */
import type { PlanTask } from '../plan.ts';
import type { NodeOutput, RunHeader } from '../run-header.ts';

/** Nodes that one ticket takes along at most. */
export const MAX_LINKS = 63;
/** Text of inputs, outputs and tasks that a ticket takes along at most, in characters of JSON. */
export const MAX_CHAIN_TEXT = 48 * 1_024;
/** A worker goes on with a chain for so long; then what is left is dispatched anew, so that others get their turn, ms. */
export const CHAIN_MS = 1_000;

/** Of the plan's task only what a ticket is made from. */
export type ChainTask = Pick<
  PlanTask,
  | 'id'
  | 'action'
  | 'env'
  | 'cwd'
  | 'shell'
  | 'timeoutMs'
  | 'heartbeatMs'
  | 'slots'
  | 'outputs'
  | 'artifacts'
  | 'files'
  | 'cache'
>;

export interface ChainLink {
  readonly node: number;
  readonly generation: number;
  readonly attempt: number;
  readonly task: ChainTask;
}

/** What expressions may read of the run: all of it stays as it is while the chain travels. */
export type ChainRun = Pick<RunHeader, 'plan' | 'inputs' | 'trigger' | 'createdAt' | 'startedAt' | 'retries'>;

export interface TicketChain {
  readonly run: ChainRun;
  /** Secrets that the workflow may use. */
  readonly secrets?: readonly string[];
  /** Tasks that have succeeded and are read, with what they left. */
  readonly known: readonly (readonly [task: string, left: NodeOutput])[];
  /** In their order; each needs the one before it. */
  readonly links: readonly ChainLink[];
}

export function chainTask(task: PlanTask): ChainTask {
  const { id, action, env, cwd, shell, timeoutMs, heartbeatMs, slots, outputs, artifacts, files, cache } =
    task;
  return {
    id,
    action,
    env,
    artifacts,
    files,
    ...(cwd === undefined ? {} : { cwd }),
    ...(shell === undefined ? {} : { shell }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(slots === undefined ? {} : { slots }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(cache === undefined ? {} : { cache }),
  };
}
