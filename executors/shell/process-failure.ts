/** Why a process failed, in sentences. */
import { resolve } from 'node:path';
import { messageOf } from '../../engine/core/errors.ts';
import { type ExecutionContext, TaskFailure } from '../../engine/ports/executor.ts';
import type { LineTail } from '../line-tail.ts';
import type { ProcessEnd, Program } from '../process-group.ts';
import { pathExists } from './path-exists.ts';

/** What a shell means by these exit codes. */
const EXIT_HINTS: ReadonlyMap<number, string> = new Map([
  [126, ' (a program in it is not executable)'],
  [127, ' (a program in it was not found)'],
]);

export function endFailure(end: ProcessEnd, tail: LineTail): TaskFailure {
  if (end.code !== null) {
    const text = `The process ended with exit code ${end.code}${EXIT_HINTS.get(end.code) ?? ''}.${tail}`;
    return new TaskFailure('exit_code', text, { exit_code: end.code });
  }
  const hint = end.signal === 'SIGKILL' ? ' The system does this when memory runs out.' : '';
  const text = `The process was ended by ${end.signal ?? 'a signal'}, which Sluice did not send.${hint}${tail}`;
  return new TaskFailure('signal', text);
}

type Explain = (program: Program, context: ExecutionContext) => Promise<string> | string;

const START_PROBLEMS: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  ['ENOENT', explainMissing],
  [
    'EACCES',
    ({ file }) =>
      `The program \`${file}\` may not be executed. Run \`chmod +x\` on it, or name its interpreter first.`,
  ],
  [
    'ENOEXEC',
    ({ file }) =>
      `The program \`${file}\` has no format that the system can execute. Give it a first line such as \`#!/bin/sh\`, or name its interpreter first.`,
  ],
  [
    'ENOTDIR',
    ({ file, cwd }) =>
      `The program \`${file}\` cannot be started in ${cwd}: a part of the path is not a directory.`,
  ],
  [
    'E2BIG',
    () =>
      'The arguments and the environment together are larger than the system allows. Pass large data by `files`.',
  ],
  [
    'EAGAIN',
    () =>
      'The system refuses to start another process: its limit is reached. Use fewer `slots` on this worker.',
  ],
]);

export async function startFailure(
  error: unknown,
  program: Program,
  context: ExecutionContext,
): Promise<TaskFailure> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const explain = START_PROBLEMS.get(code);
  const text = explain
    ? await explain(program, context)
    : `The program \`${program.file}\` could not be started: ${messageOf(error)}.`;
  return new TaskFailure('spawn_failed', text);
}

async function explainMissing({ file, env }: Program, context: ExecutionContext): Promise<string> {
  if (file.includes('/')) {
    if (await pathExists(resolve(context.directory, file))) {
      return `The program \`${file}\` exists, but the interpreter that its first line names does not. Install it, or correct the line.`;
    }
    return `The program \`${file}\` was not found, neither in the working directory nor in the workflow's folder.`;
  }
  const source = context.sourceDirectory;
  if (source !== undefined && (await pathExists(resolve(source, file)))) {
    return `The program \`${file}\` is not on PATH. A file of that name is in the workflow's folder: write \`./${file}\`.`;
  }
  return `The program \`${file}\` is not on the worker's PATH (${env['PATH'] ?? ''}). Install it there, or correct its name.`;
}
