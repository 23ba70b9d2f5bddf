/** Checks what a ticket asks for before the work starts: the executor, its options, the environment. */
import type { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { schemaWords } from '../../core/schema-words.ts';
import type { Ticket } from '../../core/ticket.ts';
import { type Executor, TaskFailure, type WorkerExecutor } from '../../ports/executor.ts';

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Bytes of one value; systems refuse a process with much more, with an error that nobody understands. */
const MAX_ENV_BYTES = 64 * 1024;

/** @throws TaskFailure unknown_executor */
export function findExecutor(executors: ReadonlyMap<string, Executor>, name: string): WorkerExecutor {
  const executor = executors.get(name);
  if (executor?.place === 'worker') return executor;
  const known = [...executors.values()].filter((one) => one.place === 'worker').map((one) => one.name);
  throw new TaskFailure(
    'unknown_executor',
    `This worker has no executor "${name}"; it has ${known.sort().join(', ') || 'none'}. Start a worker that has it on this queue, or correct \`uses\`.`,
  );
}

/** The options with their defaults. @throws TaskFailure invalid_options */
export function checkOptions(executor: WorkerExecutor, options: JsonObject): JsonObject {
  const checked = executor.options.safeParse(options, { error: schemaWords });
  if (!checked.success) {
    const problems = checked.error.issues.map(describeIssue).join('; ');
    throw new TaskFailure('invalid_options', `The options of \`${executor.name}\` do not fit: ${problems}.`);
  }
  return isJsonObject(checked.data) ? checked.data : options;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `\`${path}\`: ${issue.message}`;
}

/** @throws TaskFailure invalid_options */
export function checkEnv(env: Ticket['env']): void {
  for (const [name, value] of Object.entries(env)) {
    const problem = findEnvProblem(name, value);
    if (problem) throw new TaskFailure('invalid_options', problem);
  }
}

function findEnvProblem(name: string, value: string): string | undefined {
  const shown = JSON.stringify(name);
  if (!ENV_NAME.test(name))
    return `The env name ${shown} may hold only letters, digits and _, and not start with a digit.`;
  if (value.includes('\0'))
    return `The value of env ${shown} holds a NUL character, which no process can be given.`;
  if (value.length * 4 > MAX_ENV_BYTES && Buffer.byteLength(value) > MAX_ENV_BYTES) {
    return `The value of env ${shown} is larger than 64 KiB. Pass it as a file: keep it with \`artifacts\`, fetch it with \`files\`.`;
  }
  return undefined;
}
