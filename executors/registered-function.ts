/** What a function for `uses: function` is given and may return, for programs that register some with a worker. */
import type { JsonObject } from '../engine/core/json.ts';
import type { ModuleContext, ModuleOutputs } from './module/context.ts';

/** What a registered function is given. As `ModuleContext`, but there may be no folder of the workflow. */
export interface FunctionContext<Inputs = JsonObject>
  extends Omit<ModuleContext<Inputs>, 'sourceDirectory' | 'directory'> {
  /** Empty directory of the attempt, in which its artifacts are written; '' when the task names neither artifacts nor files. */
  readonly directory: string;
  /** The workflow's own folder, read-only; undefined when the run was started without, or the task needs no directory. */
  readonly sourceDirectory: string | undefined;
}

/** Called once for each attempt. What it returns are the outputs; what it throws fails the attempt. */
// biome-ignore lint/suspicious/noExplicitAny: a list of functions, each with inputs of its own type
export type RegisteredFunction<Inputs = any> = (
  context: FunctionContext<Inputs>,
) => ModuleOutputs | Promise<ModuleOutputs>;
