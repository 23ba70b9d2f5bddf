/** The graph in Graphviz' language. Dashed arrows are data edges, a double border is a fan-out. */
import type { Plan, PlanTask } from '../../engine/core/plan.ts';
import { edgesOf, taskLabel } from './edge-label.ts';

export function toDot(plan: Plan): string {
  const nodes = plan.tasks.map((task, i) => `  t${i} [label=${quote(taskLabel(task))}${shape(task)}];`);
  const edges = edgesOf(plan).map(({ from, to, label, isData }) => {
    const style = [...(label === '' ? [] : [`label=${quote(label)}`]), ...(isData ? ['style=dashed'] : [])];
    return `  t${from} -> t${to}${style.length > 0 ? ` [${style.join(', ')}]` : ''};`;
  });
  return [
    `digraph ${quote(plan.name)} {`,
    '  rankdir=TB;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...nodes,
    ...edges,
    '}',
  ].join('\n');
}

function shape(task: PlanTask): string {
  if (task.action.uses === 'switch') return ', shape=diamond, style=solid';
  return task.fanOut === undefined ? '' : ', peripheries=2';
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
