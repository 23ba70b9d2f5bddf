/** A file → plans: reads its documents, runs all checks on each, and compiles those without errors. */
import { isMap, isScalar } from 'yaml';
import { type Plan, sealPlan } from '../engine/core/plan.ts';
import { runChecks } from './check/index.ts';
import { compileTask, DEFAULT_PRIORITY, mapValues, milliseconds } from './compile-task.ts';
import type { Dependency } from './dependency.ts';
import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { BUILTIN_FACTS, type ExecutorFacts } from './executor-facts.ts';
import { toName } from './name.ts';
import { spanOf } from './position.ts';
import { type ReadWorkflow, readDocuments } from './read.ts';
import { Report } from './report.ts';
import { toValueSpec } from './schema/value-spec.ts';
import type { WorkflowSource } from './schema/workflow.ts';
import { type WorkflowContext, workflowContext } from './workflow-context.ts';

export interface CompileOptions {
  /** To check `uses`, the static parts of `with` and references to fixed outputs. Default: the built-in names, unchecked options. */
  readonly executors?: readonly ExecutorFacts[];
  /** Whether a file exists, by its path from the folder of the workflow file; for warnings. */
  readonly fileExists?: (relativePath: string) => boolean;
}

export interface Compiled {
  /** Of the documents without errors, in the order of the file. */
  readonly plans: readonly Plan[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles all workflows of a file. Throws nothing on mistakes: all of them are in `diagnostics`. */
export function compileWorkflows(file: SourceFile, options: CompileOptions = {}): Compiled {
  const report = new Report({ path: file.path, text: file.text.replace(/^\uFEFF/, '') });
  const read = readDocuments(report);
  const executors = new Map((options.executors ?? BUILTIN_FACTS).map((one) => [one.name, one]));
  const around = { executors, fileExists: options.fileExists };
  const checked = read.map(({ document, source }) => {
    const context = workflowContext(document, source, around);
    return { context, dependencies: runChecks(context) };
  });
  checkWorkflowNames(report, read);
  const plans = checked
    .filter(({ context }) => context.document.isClean)
    .map(({ context, dependencies }) => compileOne(context, dependencies));
  return { plans, diagnostics: report.diagnostics() };
}

/** The workflows of a file as written, without checks across their parts. For printing and for tools. */
export function readWorkflows(file: SourceFile): {
  readonly workflows: readonly WorkflowSource[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const report = new Report(file);
  const workflows = readDocuments(report).map(({ source }) => source);
  return { workflows, diagnostics: report.diagnostics() };
}

function checkWorkflowNames(report: Report, read: readonly ReadWorkflow[]): void {
  const isSeveral = read.length > 1;
  const seen = new Set<string>();
  for (const { document, source } of read) {
    const { name } = source;
    if (name === undefined && isSeveral && !('name' in document.data)) {
      const message = 'With several workflows in a file each needs a `name`.';
      document.error({
        code: 'missing_key',
        path: [],
        message,
        hint: 'Add `name: NAME` at the top of this document.',
      });
    }
    const key = `${source.namespace ?? 'default'}/${(name ?? '').toLowerCase()}`;
    if (name !== undefined && seen.has(key)) {
      const message = `The name \`${name}\` is taken by another workflow of this file.`;
      document.error({ code: 'duplicate_name', path: ['name'], message, hint: 'Rename one of them.' });
    }
    seen.add(key);
    if (report.isFull) return;
  }
}

function compileOne(context: WorkflowContext, dependencies: readonly (readonly Dependency[])[]): Plan {
  const { source, document } = context;
  const { path } = document.report.file;
  const fileName = path.split(/[/\\]/).at(-1) ?? path;
  const lines = taskLines(context);
  const timeoutMs = milliseconds(source.timeout);
  return sealPlan({
    format: 1,
    name:
      source.name ?? toName(fileName.replace(/\.(ya?ml|json)$/i, '').replace(/\.(workflow|sluice)$/i, '')),
    namespace: source.namespace ?? 'default',
    ...(source.description === undefined ? {} : { description: source.description }),
    labels: mapValues(source.labels ?? {}, String),
    inputs: mapValues(source.inputs ?? {}, toValueSpec),
    priority: source.priority ?? DEFAULT_PRIORITY,
    ...(source.max_parallel === undefined ? {} : { maxParallel: source.max_parallel }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    tasks: context.tasks.map((task, i) =>
      // Only the file's name: a version must not depend on the folder in which somebody stood.
      compileTask(context, task, {
        dependencies: dependencies[i] ?? [],
        at: `${fileName}:${lines.get(task.id) ?? 1}`,
      }),
    ),
    outputs: source.outputs ?? {},
  });
}

/** The line of each task's name. */
function taskLines({ document }: WorkflowContext): Map<string, number> {
  const lines = new Map<string, number>();
  const tasks = isMap(document.yaml.contents) ? document.yaml.contents.get('tasks') : undefined;
  for (const { key } of isMap(tasks) ? tasks.items : []) {
    if (isScalar(key)) lines.set(String(key.value), document.report.positionOf(spanOf(key).offset).line);
  }
  return lines;
}
