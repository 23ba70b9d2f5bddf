/** The graph as Mermaid text. Dashed arrows are data edges. */
import type { Plan, PlanTask } from '../../engine/core/plan.ts';
import { edgesOf, taskLabel } from './edge-label.ts';

export function toMermaid(plan: Plan): string {
  const nodes = plan.tasks.map((task, i) => `  t${i}${shape(task)}`);
  const edges = edgesOf(plan).map(({ from, to, label, isData }) => {
    const arrow = isData ? '-.->' : '-->';
    return `  t${from} ${arrow}${label === '' ? '' : `|${quote(label)}|`} t${to}`;
  });
  return ['flowchart TD', ...nodes, ...edges].join('\n');
}

function shape(task: PlanTask): string {
  const label = quote(taskLabel(task));
  if (task.action.uses === 'switch') return `{${label}}`;
  return task.fanOut === undefined ? `[${label}]` : `[[${label}]]`;
}

function quote(text: string): string {
  return `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;')}"`;
}
