/**
 * Entry of the process that runs module functions, one attempt at a time. It is told what to do over IPC, writes what
 * user code prints to its own stdout and stderr, and ends with its parent. It owns its environment and current
 * directory, so it sets both for each attempt.
 */

import { problemOfCost } from '../../engine/core/cost.ts';
import { MAX_OUTPUT_BYTES, tooLargeMessage } from '../../engine/core/output-size.ts';
import { installSyncOutput } from './child-output.ts';
import type { ModuleContext } from './context.ts';
import { NotJsonError, toOutputs } from './json-outputs.ts';
import { loadFunction } from './load-function.ts';
import { endWithParent } from './orphan-watch.ts';
import type { FromChild, ModuleTask, ToChild } from './protocol.ts';
import { describeThrown } from './thrown.ts';

const send = process.send?.bind(process);
// User code must not speak in the name of this process.
delete process.send;
const baseEnv = { ...process.env };
let running: { readonly task: ModuleTask; readonly abort: AbortController } | undefined;

installSyncOutput();
endWithParent();
process.on('message', (message: ToChild) => {
  if (message.type === 'run') void runTask(message.task);
  else running?.abort.abort(message.reason);
});
process.on('uncaughtException', (error) => {
  const task = running?.task;
  if (!task) process.exit(1);
  const text = `Nobody caught an error of the module. ${describeThrown(error, task.sourceDirectory)}`;
  tell({ type: 'failed', code: 'module_error', message: text, fatal: true }, () => process.exit(1));
});

async function runTask(task: ModuleTask): Promise<void> {
  const abort = new AbortController();
  running = { task, abort };
  setEnvironment(task.env);
  process.chdir(task.directory);
  const answer = await callFunction(task, abort.signal);
  running = undefined;
  // The directory is about to be removed.
  process.chdir('/');
  setEnvironment(baseEnv);
  tell(answer);
}

async function callFunction(task: ModuleTask, signal: AbortSignal): Promise<FromChild> {
  try {
    const call = await loadFunction(task);
    const outputs = toOutputs(await call(task.args, contextOf(task, signal)));
    const bytes = Buffer.byteLength(JSON.stringify(outputs));
    if (bytes <= MAX_OUTPUT_BYTES) return { type: 'done', outputs };
    const message = tooLargeMessage('the function', bytes, MAX_OUTPUT_BYTES);
    return { type: 'failed', code: 'output_too_large', message };
  } catch (error) {
    if (error instanceof NotJsonError)
      return { type: 'failed', code: 'invalid_output', message: error.message };
    return { type: 'failed', code: 'module_error', message: describeThrown(error, task.sourceDirectory) };
  }
}

function contextOf(task: ModuleTask, signal: AbortSignal): ModuleContext {
  return {
    inputs: task.args,
    log: { info: console.log, warn: console.warn, error: console.error },
    signal,
    progress: (fraction) =>
      tell({ type: 'progress', fraction: Math.min(1, Math.max(0, Number(fraction) || 0)) }),
    addCost: (cost) => addCost(task, cost),
    attempt: task.attempt,
    run: task.run,
    task: task.task,
    index: task.index ?? undefined,
    traceparent: task.traceparent ?? undefined,
    directory: task.directory,
    sourceDirectory: task.sourceDirectory,
    env: task.env,
  };
}

function addCost(task: ModuleTask, cost: number): void {
  const problem = problemOfCost(cost);
  if (problem !== undefined) throw new RangeError(`The cost given to addCost ${problem}.`);
  // What goes on after its attempt has ended is not to be charged to the next one.
  if (running?.task === task) tell({ type: 'cost', cost });
}

function setEnvironment(env: { readonly [name: string]: string | undefined }): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) process.env[name] = value;
}

function tell(message: FromChild, after: () => void = () => {}): void {
  send?.(message, after);
}
