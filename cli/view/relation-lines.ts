/** What a run waits for from people, and how it hangs together with other runs. */
import type { RunStatus } from '../../engine/core/node-state.ts';
import type { NodeView, RunView } from '../../engine/runtime/client/run-view.ts';
import type { Colors } from '../host.ts';
import { formatTable } from './columns.ts';
import { plainText } from './plain-text.ts';

/** Sub-workflows that are listed. */
export const MAX_CHILDREN = 50;

/** `statuses`: of the runs of sub-workflows, as far as they are known. */
export function relationLines(
  run: RunView,
  colors: Colors,
  statuses: ReadonlyMap<string, RunStatus> = new Map(),
): string[] {
  const parent = run.parent ? [`Started by ${plainText(run.parent.node)} of run ${run.parent.run}`] : [];
  const sections = [waitingLines(run, colors), childLines(run, colors, statuses), costLines(run, colors)];
  return [...parent, ...sections.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines])];
}

function waitingLines({ id, nodes }: RunView, colors: Colors): string[] {
  const lines = nodes.flatMap((node) => waitOf(id, node));
  return lines.length === 0 ? [] : [colors.bold('Waits for'), ...lines];
}

function waitOf(run: string, { id, waiting }: NodeView): string[] {
  if (waiting?.for !== 'approval' && waiting?.for !== 'signal') return [];
  const node = plainText(id);
  const until = waiting.until === null ? '' : ` until ${waiting.until}`;
  const fields = Object.entries(waiting.fields ?? {}).map(([name, spec]) => `${name}: ${spec.type}`);
  const asked = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
  if (waiting.for === 'signal')
    return [`  ${node}  a signal${until}: sluice signal ${run} ${waiting.signal}${asked}`];
  const who = (waiting.approvers?.length ?? 0) === 0 ? '' : ` by ${waiting.approvers?.join(', ')}`;
  return [plainText(`  ${node}  an approval${who}${until}: sluice approve ${run} ${id}${asked}`)];
}

function childLines({ nodes }: RunView, colors: Colors, statuses: ReadonlyMap<string, RunStatus>): string[] {
  const children = nodes.filter((node) => node.child !== null);
  if (children.length === 0) return [];
  const rows = children
    .slice(0, MAX_CHILDREN)
    .map((node) => [`  ${plainText(node.id)}`, `run ${node.child}`, statuses.get(node.child ?? '') ?? '']);
  const [, ...lines] = formatTable([{ title: '' }, { title: '' }, { title: '' }], rows);
  const rest = children.length - rows.length;
  return [colors.bold('Sub-workflows'), ...lines, ...(rest > 0 ? [`  … and ${rest} more`] : [])];
}

function costLines({ nodes, cost }: RunView, colors: Colors): string[] {
  if (cost === null) return [];
  const byTask = new Map<string, number>();
  for (const node of nodes)
    if (node.cost !== null) byTask.set(node.task, (byTask.get(node.task) ?? 0) + node.cost);
  const rows = [...byTask].map(([task, sum]) => [`  ${plainText(task)}`, shown(sum)]);
  const rest = cost - [...byTask.values()].reduce((sum, one) => sum + one, 0);
  // Costs of nodes are rounded: what so little is missing is no node.
  if (rest > nodes.length * 1e-6) rows.push(['  items of earlier generations', shown(rest)]);
  const [, ...lines] = formatTable([{ title: '' }, { title: '', isNumber: true }], rows);
  return [`${colors.bold('Cost')}  ${shown(cost)}`, ...lines];
}

function shown(cost: number): string {
  return String(Math.round(cost * 1_000_000) / 1_000_000);
}
