/**
 * The environment of a task's process: four names of the worker, the task's own, and Sluice's. Nothing of the worker's
 * other environment (credentials, NODE_OPTIONS) ever passes.
 */
import { dirname } from 'node:path';
import { type ExecutionContext, TaskFailure } from '../engine/ports/executor.ts';

export type Environment = { readonly [name: string]: string };

const PASSED = ['PATH', 'HOME', 'LANG', 'TZ'] as const;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What passes of the worker's own environment. */
export function baseEnvironment(
  worker: { readonly [name: string]: string | undefined } | undefined,
): Environment {
  const base = new Map<string, string>([['PATH', `${SYSTEM_PATH}:${dirname(process.execPath)}`]]);
  for (const name of PASSED) {
    const value = worker?.[name];
    if (value !== undefined) base.set(name, value);
  }
  return Object.fromEntries(base);
}

/** The full environment of one attempt. @throws TaskFailure `invalid_options` for a name that no shell can read. */
export function attemptEnvironment(base: Environment, context: ExecutionContext): Environment {
  for (const [name, value] of Object.entries(context.env)) checkVariable(name, value);
  return { ...base, ...context.env, ...sluiceVariables(context) };
}

function sluiceVariables(context: ExecutionContext): Environment {
  return {
    SLUICE_RUN_ID: context.run,
    SLUICE_TASK: context.task,
    SLUICE_ATTEMPT: String(context.attempt),
    SLUICE_LOGICAL_TIME: context.logicalTime,
    ...(context.traceparent === undefined ? {} : { TRACEPARENT: context.traceparent }),
    ...(context.index === undefined ? {} : { SLUICE_INDEX: String(context.index) }),
    ...(context.sourceDirectory === undefined ? {} : { SLUICE_SOURCE: context.sourceDirectory }),
  };
}

function checkVariable(name: string, value: string): void {
  if (!NAME.test(name)) {
    throw new TaskFailure(
      'invalid_options',
      `The name ${JSON.stringify(name)} under \`env\` cannot be an environment variable: use letters, digits and \`_\`, not beginning with a digit.`,
    );
  }
  if (value.includes('\0')) {
    throw new TaskFailure(
      'invalid_options',
      `The value of \`env.${name}\` holds a NUL character, which no environment variable can hold.`,
    );
  }
}
