/** Text that as a whole looks like a reference, as `tasks.a.outputs.x` or `item`: its braces may have been forgotten. */
import { nearestName } from '../engine/core/expression/nearest-name.ts';
import { contextsAt, type ExpressionSite, placeRow } from './expression-site.ts';
import { declaredNames, has, type WorkflowContext } from './workflow-context.ts';

/** Whether the text, in this place, names something that is known here. */
export function isForgottenReference(context: WorkflowContext, site: ExpressionSite): boolean {
  const [root = '', name = ''] = site.text.split(/[.[]/);
  const row = placeRow(site.place);
  const raw = site.task?.raw ?? {};
  if (root === 'item') return row.perNode === true && has(raw, 'foreach');
  if (root === 'matrix') return row.perNode === true && has(raw, 'matrix');
  if (!contextsAt(site).includes(root)) return false;
  // `inputs.csv` may well be a file; a name that is declared, or nearly, is hardly one.
  if (root !== 'inputs') return true;
  const names = declaredNames(context.document.data, 'inputs');
  return names.includes(name) || nearestName(name, names) !== undefined;
}
