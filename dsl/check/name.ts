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
  checkTaskCase(document, tasks);
  for (const key of ['inputs', 'outputs']) checkMap(document, document.data, [key]);
  for (const { raw, path } of tasks) {
    for (const key of ['outputs', 'artifacts', 'matrix']) checkMap(document, raw, [...path, key]);
  }
}

/** Over all maps of tasks: handlers are named as tasks are. */
function checkTaskCase(document: SourceDocument, tasks: readonly TaskEntry[]): void {
  const seen = new Map<string, string>();
  for (const { id, path, undoes } of tasks) {
    if (undoes) continue;
    const other = seen.get(id.toLowerCase());
    seen.set(id.toLowerCase(), id);
    // The same name in two maps is told by `phase.ts`.
    if (other !== undefined && other !== id) reportCase(document, path, [id, other]);
  }
}

function checkTaskNames(document: SourceDocument, tasks: readonly TaskEntry[]): void {
  for (const { id, path, undoes } of tasks) {
    if (undoes) continue;
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
    else reportCase(document, [...path, name], [name, other]);
  }
}

function reportCase(document: SourceDocument, path: Path, [name, other]: readonly [string, string]): void {
  const message = `\`${name}\` and \`${other}\` differ only by case; expressions would not tell them apart.`;
  const hint = 'Rename one of them.';
  document.error({ code: 'names_differ_by_case', path, onKey: true, message, hint });
}
