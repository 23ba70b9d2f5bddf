/**
 * What a module's function is given, for authors: `import type { ModuleContext } from 'sluice/executors'`.
 * The function is called as `fn(args, context)` and returns its outputs.
 */
import type { Json } from '../../engine/core/json.ts';

/** Writes lines to the log of the attempt: `info` to its stdout, `warn` and `error` to its stderr. */
export interface ModuleLogger {
  info(...values: readonly unknown[]): void;
  warn(...values: readonly unknown[]): void;
  error(...values: readonly unknown[]): void;
}

export interface ModuleContext<Args = { readonly [name: string]: Json }> {
  /** The option `args`, the same as the function's first argument. */
  readonly inputs: Args;
  readonly log: ModuleLogger;
  /**
   * Aborts on cancel, timeout and shutdown; `signal.reason` says which. A function that has not returned when the
   * grace period is over is killed with its process.
   */
  readonly signal: AbortSignal;
  /** Tells how much of the work is done, 0 to 1. */
  progress(fraction: number): void;
  /**
   * Adds to what this attempt cost, in the unit of the rates of `cost`; it counts however the attempt ends, in place of its time.
   * Throws for what is no number from 0 on.
   */
  addCost(cost: number): void;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly run: {
    readonly id: string;
    readonly workflow: string;
    /** RFC 3339. */
    readonly logicalTime: string;
  };
  readonly task: string;
  /** Index of the item in a fan-out, from 0. */
  readonly index: number | undefined;
  /** W3C trace context of the attempt, where somebody traces: send it along as the header `traceparent`. */
  readonly traceparent: string | undefined;
  /** Working directory of the attempt, which is also the process's current one. Artifacts are written here. */
  readonly directory: string;
  /** The workflow's own folder. Read-only. */
  readonly sourceDirectory: string;
  /** Environment of the attempt; `process.env` holds the same. */
  readonly env: { readonly [name: string]: string };
}

/** Outputs, or nothing. What is returned must be JSON; members that are undefined are left out. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without `return` has this type
export type ModuleOutputs = object | undefined | void;

/** A task's function. */
export type TaskFunction<
  Args = { readonly [name: string]: Json },
  Outputs extends ModuleOutputs = ModuleOutputs,
> = (args: Args, context: ModuleContext<Args>) => Outputs | Promise<Outputs>;

/** Gives the function its types without writing them out; does nothing at run time. */
export function defineTask<
  Args = { readonly [name: string]: Json },
  Outputs extends ModuleOutputs = ModuleOutputs,
>(task: TaskFunction<Args, Outputs>): TaskFunction<Args, Outputs> {
  return task;
}
