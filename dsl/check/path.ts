/** Paths of `artifacts` and `files`: relative, and within the working directory. Files that a task names exist. */
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import { isWholeExpression } from '../whole-expression.ts';
import type { TaskEntry, WorkflowContext } from '../workflow-context.ts';

export function checkPaths({ document, tasks, fileExists }: WorkflowContext): void {
  for (const task of tasks) {
    for (const [name, path] of Object.entries(task.source.artifacts ?? {})) {
      checkPath(document, path, { path: [...task.path, 'artifacts', name], onKey: false });
    }
    for (const [path, value] of Object.entries(task.source.files ?? {})) {
      const at = [...task.path, 'files', path];
      checkPath(document, path, { path: at, onKey: true });
      if (isWholeExpression(value)) continue;
      const message = `\`files\` fetches artifacts, but the value of \`${path}\` is no expression.`;
      document.error({
        code: 'expression_expected',
        path: at,
        message,
        hint: 'Write "${{ tasks.NAME.artifacts.NAME }}".',
      });
    }
    if (fileExists) checkFiles(document, task, fileExists);
  }
}

function checkPath(
  document: SourceDocument,
  text: string,
  at: { readonly path: Path; readonly onKey: boolean },
): void {
  const isAbsolute = /^([/\\~]|[A-Za-z]:)/.test(text);
  if (!isAbsolute && !text.split(/[/\\]/).includes('..')) return;
  const message = `The path \`${text}\` ${isAbsolute ? 'is not relative' : 'leads out of its folder'}.`;
  document.error({
    code: 'unsafe_path',
    ...at,
    message,
    hint: 'Paths start at the working directory of the attempt, and stay in it.',
  });
}

function checkFiles(document: SourceDocument, task: TaskEntry, fileExists: (path: string) => boolean): void {
  const file = task.uses === 'module' ? task.source.with?.['file'] : undefined;
  if (typeof file === 'string') checkExists(document, file, [...task.path, 'with', 'file'], fileExists);
  const program = Array.isArray(task.source.run) ? task.source.run[0] : undefined;
  if (typeof program === 'string' && program.startsWith('./'))
    checkExists(document, program, [...task.path, 'run', 0], fileExists);
}

function checkExists(
  document: SourceDocument,
  file: string,
  path: Path,
  fileExists: (path: string) => boolean,
): void {
  if (file.includes('${{') || fileExists(file)) return;
  const message = `There is no file \`${file}\` in the folder of the workflow.`;
  document.warn({
    code: 'file_not_found',
    path,
    message,
    hint: 'Relative paths start at the folder of the workflow file.',
  });
}
