/** Compiles a text for a test. `«…»` marks where a diagnostic is expected; the marks are taken out before compiling. */
import { type Compiled, type CompileOptions, compileWorkflows, type Diagnostic } from '../../dsl/index.ts';
import type { PlanTask } from '../../engine/core/plan.ts';
import { builtinExecutors } from '../../executors/index.ts';

export const executors = builtinExecutors();

export function compileText(text: string, options: CompileOptions = {}): Compiled {
  return compileWorkflows({ path: 'flow.yaml', text }, { executors, ...options });
}

/** The only plan of a text without errors. */
export function planOf(text: string) {
  const { plans, diagnostics } = compileText(text);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [plan] = plans;
  if (!plan || errors.length > 0)
    throw new Error(errors.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return plan;
}

/** A task of the only plan. */
export function taskOf(text: string, id: string): PlanTask {
  const task = planOf(text).tasks.find((one) => one.id === id);
  if (!task) throw new Error(`no task ${id}`);
  return task;
}

export interface Marked {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export function unmark(marked: string): Marked {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  const text = marked.replace('«', '').replace('»', '');
  const before = text.slice(0, start).split('\n');
  return { text, line: before.length, column: (before.at(-1) ?? '').length + 1, length: end - start };
}

/** All diagnostics as `code@line:column`. */
export function places(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, line, column }) => `${code}@${line}:${column}`);
}
