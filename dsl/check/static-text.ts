/** Texts that must be known before a run starts, and so take no expression. */
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import type { WorkflowContext } from '../workflow-context.ts';

export function checkStaticTexts({ document, source, tasks }: WorkflowContext): void {
  for (const [name, value] of Object.entries(source.labels ?? {})) refuse(document, value, ['labels', name]);
  refuse(document, source.defaults?.shell, ['defaults', 'shell']);
  for (const task of tasks) refuse(document, task.source.shell, [...task.path, 'shell']);
}

function refuse(document: SourceDocument, value: unknown, path: Path): void {
  if (typeof value !== 'string' || !value.includes('${{')) return;
  const message = `\`${path.at(-1)}\` takes no expression: it must be known before the run starts.`;
  document.error({ code: 'expression_not_allowed', path, message });
}
