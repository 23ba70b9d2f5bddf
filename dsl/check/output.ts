/** Warns of an output of the workflow that reads a task which may be skipped: the run would fail for want of the value. */
import type { SiteReference } from '../site-reference.ts';
import type { WorkflowContext } from '../workflow-context.ts';

/** The references that have a value only when their task has succeeded. */
export function outputReferences(references: readonly SiteReference[]): SiteReference[] {
  return references.filter((found) => {
    const [root, , member] = found.reference.path;
    if (root !== 'tasks' || found.site.place !== 'the `outputs` of the workflow') return false;
    return (member === 'outputs' || member === 'artifacts') && !isGuarded(found);
  });
}

/** Behind `&&`, `||` or within `case()` it is read only under a condition, which may well ask for the status. */
function isGuarded({ reference, expression }: SiteReference): boolean {
  if (reference.mayBeAbsent) return true;
  const guard = expression.search(/&&|\|\||\bcase\s*\(/i);
  return guard >= 0 && guard < reference.offset;
}

export function checkOutputs(
  { document, byId, tasks }: WorkflowContext,
  references: readonly SiteReference[],
  skippable: ReadonlyMap<number, number>,
): void {
  for (const { site, reference, expression, within } of references) {
    const task = byId.get(reference.path[1] ?? '');
    const source = task && skippable.get(task.index);
    if (!task || source === undefined) continue;
    const because = source === task.index ? '' : ` with \`${tasks[source]?.id}\``;
    const read = expression.slice(reference.offset, reference.offset + reference.length);
    document.warn({
      code: 'skippable_output',
      path: site.path,
      within,
      message: `The run fails when \`${task.id}\` is skipped${because}, because this output then has no value.`,
      hint: `Write \`default(${read}, null)\`, or another value in place of null.`,
    });
  }
}
