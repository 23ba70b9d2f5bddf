/**
 * `uses: function`: a function that a program has registered by name with its worker (`worker({ tasks: { resize } })`). It
 * runs in the worker's own process, so it must not block: for busy loops there is `module`.
 */
import { format } from 'node:util';
import { z } from 'zod';
import { messageOf } from '../engine/core/errors.ts';
import type { Json, JsonObject } from '../engine/core/json.ts';
import { type ExecutionContext, TaskFailure, type WorkerExecutor } from '../engine/ports/executor.ts';
import type { ModuleLogger } from './module/context.ts';
import { NotJsonError, toOutputs } from './module/json-outputs.ts';
import { describeThrown } from './module/thrown.ts';
import { checkOptions } from './options.ts';
import type { FunctionContext, RegisteredFunction } from './registered-function.ts';
import type { ExecutorSettings } from './settings.ts';
import { throwIfStopped } from './stop-failure.ts';

const functionOptions = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/, {
      error: 'expected a name of letters, digits, `_`, `-` and `.`',
    })
    .describe('Name under which the function is registered with the worker.'),
  args: z
    .record(z.string(), z.unknown(), { error: 'expected an object; the function finds it in `inputs`' })
    .default({})
    .describe('What the function finds in `inputs`.'),
});

export function functionExecutor({ functions = {} }: ExecutorSettings = {}): WorkerExecutor {
  const known = new Map(Object.entries(functions));
  return {
    place: 'worker',
    name: 'function',
    summary: 'Calls a function that was registered with the worker by its name.',
    options: functionOptions,
    needsWorkspace: false,
    offers: [...known.keys()],
    async run(options, context) {
      const { name, args } = checkOptions(functionOptions, 'function', options);
      const found = known.get(name);
      if (!found) throw unknownFunction(name, [...known.keys()]);
      throwIfStopped(context.signal);
      return call(found, functionContext(args as JsonObject, context));
    },
  };
}

function unknownFunction(name: string, known: string[]): TaskFailure {
  const has = known.length === 0 ? 'it has none' : `it has ${known.sort().join(', ')}`;
  return new TaskFailure(
    'unknown_executor',
    `No function "${name}" is registered with this worker; ${has}. Register it with every worker of the queue, or give the task a \`queue\` that only workers with it serve.`,
  );
}

async function call(
  work: RegisteredFunction,
  context: FunctionContext,
): Promise<{ readonly [name: string]: Json }> {
  try {
    return toOutputs(await work(context));
  } catch (thrown) {
    if (thrown instanceof TaskFailure) throw thrown;
    if (thrown instanceof NotJsonError) throw new TaskFailure('invalid_output', messageOf(thrown));
    throwIfStopped(context.signal);
    throw new TaskFailure('module_error', describeThrown(thrown, process.cwd()));
  }
}

function functionContext(inputs: JsonObject, context: ExecutionContext): FunctionContext {
  const { run, workflow, logicalTime, traceparent, task, index, attempt, env } = context;
  return {
    inputs,
    log: loggerOf(context),
    // Made by the attempt when it is asked for.
    get signal() {
      return context.signal;
    },
    progress: (fraction) => context.progress(fraction),
    addCost: (cost) => context.addCost(cost),
    attempt,
    run: { id: run, workflow, logicalTime },
    task,
    index,
    traceparent,
    directory: context.directory,
    sourceDirectory: context.sourceDirectory,
    env,
  };
}

function loggerOf({ log }: ExecutionContext): ModuleLogger {
  const write =
    (stream: 'stdout' | 'stderr') =>
    (...values: readonly unknown[]) => {
      for (const line of format(...values).split('\n')) log.line(stream, line);
    };
  return { info: write('stdout'), warn: write('stderr'), error: write('stderr') };
}
