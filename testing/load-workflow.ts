/** Reads and compiles a workflow file for tests. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { compileWorkflows } from '../dsl/index.ts';
import type { Executor } from '../engine/ports/executor.ts';
import type { LoadedWorkflow } from './run-test-file.ts';

/** `text` stands for the file's content, which is then not read. @throws Error when the file cannot be read. */
export function loadWorkflow(path: string, executors: readonly Executor[], text?: string): LoadedWorkflow {
  const folder = dirname(resolve(path));
  const file = { path, text: text ?? readFileSync(path, 'utf8') };
  const fileExists = (relativePath: string) => existsSync(join(folder, relativePath));
  const readFile = (relativePath: string) => readIfThere(join(folder, relativePath));
  return { ...compileWorkflows(file, { executors, fileExists, readFile }), file, folder };
}

/** The text of a sub-workflow's file; what is wrong with it is told where it is named. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
