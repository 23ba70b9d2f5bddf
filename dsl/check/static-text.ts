/** Texts that must be known before a run starts, and so take no expression. */
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import type { TaskEntry, WorkflowContext } from '../workflow-context.ts';

export function checkStaticTexts({ document, source, tasks }: WorkflowContext): void {
  for (const [name, value] of Object.entries(source.labels ?? {})) refuse(document, value, ['labels', name]);
  refuse(document, source.defaults?.shell, ['defaults', 'shell']);
  for (const task of tasks) {
    refuse(document, task.source.shell, [...task.path, 'shell']);
    for (const [name, value] of Object.entries(task.source.worker_labels ?? {}))
      refuse(document, value, [...task.path, 'worker_labels', name]);
    refusePatterns(document, task);
  }
}

/** Patterns of `cache.files` are of the folder of the workflow, which is stored when a run starts. */
function refusePatterns(document: SourceDocument, { source, path }: TaskEntry): void {
  const { files } = source.cache ?? {};
  const at = [...path, 'cache', 'files'];
  if (Array.isArray(files)) for (const [i, file] of files.entries()) refuse(document, file, [...at, i]);
  else refuse(document, files, at);
}

function refuse(document: SourceDocument, value: unknown, path: Path): void {
  if (typeof value !== 'string' || !value.includes('${{')) return;
  const key = path.filter((step) => typeof step === 'string').at(-1);
  const message = `\`${key}\` takes no expression: it must be known before the run starts.`;
  document.error({ code: 'expression_not_allowed', path, message });
}
