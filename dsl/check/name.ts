/** Task names, and names that only case tells apart. */
import { isJsonObject } from '../../engine/core/json.ts';
import { shorten } from '../describe-value.ts';
import { problemOfName, toName } from '../name.ts';
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';

export function checkNames(context: WorkflowContext): void {
  const { document, tasks } = context;
  checkTaskNames(document, tasks);
  checkCase(
    document,
    ['tasks'],
    tasks.map((task) => task.id),
  );
  for (const key of ['inputs', 'outputs']) checkMap(document, document.data, [key]);
  for (const { raw, path } of tasks) {
    for (const key of ['outputs', 'artifacts', 'matrix']) checkMap(document, raw, [...path, key]);
  }
}

function checkTaskNames(document: SourceDocument, tasks: readonly TaskEntry[]): void {
  for (const { id, path } of tasks) {
    const problem = problemOfName(id);
    if (problem === undefined) continue;
    const hint = id === '' || /[^\x00-\x7F]/.test(id) ? undefined : `Write it as \`${toName(id)}\`.`;
    document.error({
      code: 'bad_name',
      path,
      onKey: true,
      message: `The task name \`${shorten(id)}\` ${problem}.`,
      hint,
    });
  }
}

function checkMap(
  document: SourceDocument,
  holder: WorkflowContext['tasks'][number]['raw'],
  path: Path,
): void {
  const key = String(path.at(-1));
  const map = has(holder, key) ? holder[key] : undefined;
  if (map !== undefined && isJsonObject(map)) checkCase(document, path, Object.keys(map));
}

function checkCase(document: SourceDocument, path: Path, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(name.toLowerCase());
    if (other === undefined) seen.set(name.toLowerCase(), name);
    else {
      const message = `\`${name}\` and \`${other}\` differ only by case; expressions would not tell them apart.`;
      document.error({
        code: 'names_differ_by_case',
        path: [...path, name],
        onKey: true,
        message,
        hint: 'Rename one of them.',
      });
    }
  }
}
