/** A file → plans: reads its documents, runs all checks on each, and compiles those without errors. */
import type { Plan } from '../engine/core/plan.ts';
import { Compilation } from './compilation.ts';
import type { Diagnostic, SourceFile } from './diagnostic.ts';
import type { ExecutorFacts } from './executor-facts.ts';
import { readDocuments } from './read.ts';
import { Report } from './report.ts';
import type { WorkflowSource } from './schema/workflow.ts';

export interface CompileOptions {
  /** To check `uses`, the static parts of `with` and references to fixed outputs. Default: the built-in names, unchecked options. */
  readonly executors?: readonly ExecutorFacts[];
  /** Whether a file exists, by its path from the folder of the workflow file; for warnings. */
  readonly fileExists?: (relativePath: string) => boolean;
  /**
   * The text of another workflow file, by its path from the folder of this one; undefined when it cannot be read. Without
   * it, a `workflow: ./FILE` is an error.
   */
  readonly readFile?: (relativePath: string) => string | undefined;
  /** Of workflows that name none. Default: `default`. */
  readonly namespace?: string;
}

export interface Compiled {
  /** Of the documents without errors, in the order of the file. */
  readonly plans: readonly Plan[];
  /** Plans of other files that `plans` run as sub-workflows, also indirectly; each once, children before parents. */
  readonly linked: readonly Plan[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles all workflows of a file. Throws nothing on mistakes: all of them are in `diagnostics`. */
export function compileWorkflows(file: SourceFile, options: CompileOptions = {}): Compiled {
  return new Compilation(file, options).run();
}

/** The workflows of a file as written, without checks across their parts. For printing and for tools. */
export function readWorkflows(file: SourceFile): {
  readonly workflows: readonly WorkflowSource[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const report = new Report(file);
  const workflows = readDocuments(report, { expand: false }).map(({ source }) => source);
  return { workflows, diagnostics: report.diagnostics() };
}
