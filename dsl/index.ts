/** The workflow language: YAML text → plans, or diagnostics. Needs no Redis and reads no files. */
export { type Compiled, type CompileOptions, compileWorkflows, readWorkflows } from './compile.ts';
export { readYamlData, type YamlData } from './data-file.ts';
export type { Diagnostic, SourceFile } from './diagnostic.ts';
export { DIAGNOSTIC_CODES, type DiagnosticCode } from './diagnostic-code.ts';
export type { ExecutorFacts } from './executor-facts.ts';
export { checkFollowing, type Followed } from './follow.ts';
export { workflowJsonSchema } from './json-schema.ts';
export { printWorkflow } from './print.ts';
export { type RenderOptions, renderDiagnostics } from './render.ts';
export type { TaskSource } from './schema/task.ts';
export type { WorkflowSource } from './schema/workflow.ts';
