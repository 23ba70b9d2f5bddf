/** Workflow files for programs: read, compiled, or refused with all their mistakes at once. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { compileWorkflows, renderDiagnostics } from '../dsl/index.ts';
import { messageOf, SluiceError } from '../engine/core/errors.ts';
import type { JsonObject } from '../engine/core/json.ts';
import { builtinExecutors } from '../executors/index.ts';
import { invalidWorkflow, type Workflow } from './workflow.ts';

/** The types that `sluice types` writes for a workflow. */
export interface WorkflowTypes {
  readonly inputs: object;
  readonly outputs: object;
}

interface AnyTypes {
  readonly inputs: JsonObject;
  readonly outputs: JsonObject;
}

/**
 * The first workflow of a file, or the one of that name.
 * @throws SluiceError invalid_workflow with all mistakes; workflow_not_found when the file or the workflow is not there
 */
export function readWorkflow<T extends WorkflowTypes = AnyTypes>(
  path: string,
  name?: string,
): Workflow<T['inputs'], T['outputs']> {
  const folder = dirname(resolve(path));
  const file = { path, text: readText(path) };
  const { plans, linked, diagnostics } = compileWorkflows(file, {
    executors: builtinExecutors(),
    fileExists: (relative) => existsSync(join(folder, relative)),
    readFile: (relative) => readIfThere(join(folder, relative)),
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw invalidWorkflow(path, errors, renderDiagnostics(errors, file, { color: false }));
  const plan = name === undefined ? plans[0] : plans.find((one) => one.name === name);
  if (plan) return { plan, linked: [...plans, ...linked], folder, toYaml: () => file.text };
  const names = plans.map((one) => one.name).join(', ');
  throw new SluiceError(
    'workflow_not_found',
    `${path} has no workflow "${name ?? ''}"; it has ${names || 'none'}.`,
  );
}

/** The text of a sub-workflow's file; what is wrong with it is told where it is named. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SluiceError(
      'workflow_not_found',
      `The workflow file ${path} cannot be read: ${messageOf(cause)}`,
      { cause },
    );
  }
}
