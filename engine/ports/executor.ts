/**
 * Executor: one kind of work (`uses: shell`). Two places exist:
 * a worker executor runs in a worker and may do I/O; an engine executor is pure, and is evaluated by the shard's owner
 * itself without a queue or a slot (switch, transform, wait, fail, noop).
 */
import type { z } from 'zod';
import type { EngineOutcome } from '../core/engine-outcome.ts';
import type { TaskError, TaskErrorCode } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { ValueSpec } from '../core/plan.ts';
import type { Logger } from './logger.ts';

/** Takes the lines that the work writes. Never throws, never blocks; order is kept per attempt. */
export interface LogSink {
  /** One line without its newline. */
  line(stream: 'stdout' | 'stderr' | 'system', text: string): void;
}

/** What a worker executor is given for one attempt. */
export interface ExecutionContext {
  readonly run: string;
  readonly workflow: string;
  readonly task: string;
  readonly index: number | undefined;
  readonly attempt: number;
  readonly logicalTime: string;
  /** W3C trace context of the attempt, when somebody traces: `traceparent` of what the task asks of others. */
  readonly traceparent?: string | undefined;
  /** Resolved environment of the task: names as written, values as text. Contains nothing of the worker's own. */
  readonly env: { readonly [name: string]: string };
  /** Empty directory of this attempt alone; `files` are already there. Removed after the attempt. */
  readonly directory: string;
  /** Read-only folder of the workflow's own files, or undefined when it was started without. */
  readonly sourceDirectory: string | undefined;
  readonly cwd: string | undefined;
  readonly shell: string | undefined;
  /** Artifact name → path in the directory that the task will write; such paths are never taken from the source folder. */
  readonly artifacts?: { readonly [name: string]: string } | undefined;
  /** Declared outputs, for executors that read text and must choose types. */
  readonly declaredOutputs: { readonly [name: string]: ValueSpec } | undefined;
  /**
   * Aborts on cancel, timeout, shutdown. `signal.reason` is a `StopReason`. The executor ends its work with care within
   * `graceMs` (SIGTERM first; who cancels a run may say another time, so it is read when the signal aborts) and then by
   * force, and rejects or resolves soon after.
   */
  readonly signal: AbortSignal;
  readonly graceMs: number;
  readonly log: LogSink;
  /** The worker's own log, for operators. */
  readonly logger: Logger;
  /** Share of the work that is done, 0 to 1. */
  progress(fraction: number): void;
  /**
   * Adds to what the attempt cost, however it ends; what is reported so stands for what its time would cost.
   * @throws TaskFailure `invalid_output` for what is no cost
   */
  addCost(cost: number): void;
}

export type { EngineOutcome } from '../core/engine-outcome.ts';

/** `silent`: no sign of life for longer than `heartbeat`. */
export type StopReason = 'cancelled' | 'timeout' | 'silent' | 'revoked' | 'shutdown';

/** Thrown by an executor to fail the attempt with a code of the closed list. Anything else thrown is `internal`. */
export class TaskFailure extends Error {
  readonly error: TaskError;
  constructor(code: TaskErrorCode, message: string, details: Omit<TaskError, 'code' | 'message'> = {}) {
    super(message);
    this.name = 'TaskFailure';
    this.error = { code, message, ...details };
  }
}

interface ExecutorBase {
  /** The name in `uses:`. */
  readonly name: string;
  /** One sentence for the documentation. */
  readonly summary: string;
  /**
   * Checks resolved options. Descriptions of its fields become documentation and the JSON Schema; the DSL checks the
   * parts that hold no expression at validation time.
   */
  readonly options: z.ZodType;
  /** Outputs that it always has, so that references can be checked. Absent: whatever the work returns. */
  readonly fixedOutputs?: { readonly [name: string]: ValueSpec };
}

export interface WorkerExecutor extends ExecutorBase {
  readonly place: 'worker';
  /**
   * False when the work uses neither `directory` nor `sourceDirectory`; they are then '' and undefined, unless the task
   * names files or artifacts. Default true.
   */
  readonly needsWorkspace?: boolean;
  /** Names of what it has been given to do, such as registered functions; announced as `<name>:<offer>` beside its name. */
  readonly offers?: readonly string[];
  /**
   * Does the work once. Resolves with the outputs (a JSON object).
   * @throws TaskFailure with the reason; nothing else on purpose.
   */
  run(options: JsonObject, context: ExecutionContext): Promise<{ readonly [name: string]: Json }>;
  /** Ends what it keeps between attempts (process pools). Called once, when the worker stops. */
  close?(): Promise<void>;
}

export interface EngineExecutor extends ExecutorBase {
  readonly place: 'engine';
  /**
   * Option paths that hold conditions (expressions without braces needed), such as `cases[].if`, which the compiler
   * wraps in `${{ }}` so that they arrive here as values.
   */
  readonly conditions?: readonly string[];
  /** Pure: no I/O, no clock, no randomness. `now` is ms since 1970, fixed for the node. */
  evaluate(options: JsonObject, now: number): EngineOutcome;
}

export type Executor = WorkerExecutor | EngineExecutor;
