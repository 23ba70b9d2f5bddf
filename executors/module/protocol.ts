/** Messages between the worker and the process that runs a module's function. One attempt at a time. */
import { problemOfCost } from '../../engine/core/cost.ts';
import type { TaskErrorCode } from '../../engine/core/errors.ts';
import { isJsonObject, type JsonObject } from '../../engine/core/json.ts';
import type { StopReason } from '../../engine/ports/executor.ts';

export interface ModuleTask {
  /** Absolute path of the module. */
  readonly file: string;
  readonly export: string;
  readonly args: JsonObject;
  readonly env: { readonly [name: string]: string };
  readonly run: { readonly id: string; readonly workflow: string; readonly logicalTime: string };
  readonly task: string;
  readonly index: number | null;
  readonly traceparent: string | null;
  readonly attempt: number;
  readonly directory: string;
  readonly sourceDirectory: string;
  /** Where compiled TypeScript is kept. */
  readonly cacheDirectory: string;
}

export type ToChild =
  | { readonly type: 'run'; readonly task: ModuleTask }
  | { readonly type: 'abort'; readonly reason: StopReason };

export type FromChild =
  | { readonly type: 'progress'; readonly fraction: number }
  /** Added to what the attempt cost. */
  | { readonly type: 'cost'; readonly cost: number }
  | { readonly type: 'done'; readonly outputs: JsonObject }
  /** `fatal`: the process ends after it. */
  | {
      readonly type: 'failed';
      readonly code: ModuleFailureCode;
      readonly message: string;
      readonly fatal?: true;
    };

export type ModuleFailureCode = Extract<
  TaskErrorCode,
  'module_error' | 'invalid_output' | 'output_too_large'
>;

const FAILURE_CODES: readonly string[] = [
  'module_error',
  'invalid_output',
  'output_too_large',
] satisfies ModuleFailureCode[];

/** A message of the child, or undefined for what user code may have sent on its own. */
export function readMessage(message: unknown): FromChild | undefined {
  if (!isJsonObject(message)) return undefined;
  const { type, fraction, cost, outputs, code, fatal, message: text } = message;
  if (type === 'progress' && typeof fraction === 'number') return { type, fraction };
  if (type === 'cost' && typeof cost === 'number' && problemOfCost(cost) === undefined) return { type, cost };
  if (type === 'done' && isJsonObject(outputs)) return { type, outputs };
  if (type === 'failed' && typeof text === 'string' && FAILURE_CODES.includes(String(code))) {
    return { type, code: code as ModuleFailureCode, message: text, ...(fatal === true ? { fatal } : {}) };
  }
  return undefined;
}
