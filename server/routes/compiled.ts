/** Workflow files that came with a request: compiled, and refused with all their mistakes. */
import { type Compiled, checkFollowing, compileWorkflows, type Diagnostic } from '../../dsl/index.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import type { ServerParts } from '../parts.ts';

export interface SentFile {
  readonly namespace: string;
  readonly source: string;
  /** In diagnostics. */
  readonly file?: string | undefined;
}

/** Other files cannot be read from here: sub-workflows are named, not given as files. */
export function compileSent(
  { executors }: Pick<ServerParts, 'executors'>,
  { namespace, source, file = 'workflow.yaml' }: SentFile,
): Compiled {
  const sent = { path: file, text: source };
  const compiled = compileWorkflows(sent, { executors, namespace });
  const following = checkFollowing(sent, compiled.plans, compiled.plans);
  return { ...compiled, diagnostics: [...compiled.diagnostics, ...following] };
}

export function isClean(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.every(({ severity }) => severity !== 'error');
}

/** @throws SluiceError invalid_workflow, with each mistake and its place */
export function requireClean(diagnostics: readonly Diagnostic[]): void {
  const wrong = diagnostics.filter(({ severity }) => severity === 'error');
  if (wrong.length === 0) return;
  const lines = wrong.map(({ file, line, column, code, message, hint }) => ({
    pointer: '/body/source',
    detail: `${file}:${line}:${column} ${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`,
  }));
  const count = wrong.length === 1 ? 'a mistake' : `${wrong.length} mistakes`;
  throw new SluiceError('invalid_workflow', `The workflow file has ${count}; nothing was stored.`, {
    details: { errors: lines },
  });
}
