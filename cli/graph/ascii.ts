/** The graph as text: tasks by level, each with what it waits for. A level can start once the one above has ended. */
import { compileGraph } from '../../engine/core/graph.ts';
import type { Plan } from '../../engine/core/plan.ts';
import { padTo } from '../view/columns.ts';
import { edgesOf, taskLabel } from './edge-label.ts';

export function toAscii(plan: Plan): string {
  const { level } = compileGraph(plan);
  const needs = needsOf(plan);
  const labels = plan.tasks.map(taskLabel);
  const width = Math.max(...labels.map((label) => label.length));
  const levels = Math.max(...level) + 1;
  const lines: string[] = [];
  for (let at = 0; at < levels; at++) {
    const tasks = plan.tasks.flatMap((_task, i) => (level[i] === at ? [i] : []));
    tasks.forEach((task, i) => {
      const number = i === 0 ? String(at + 1).padStart(3) : '   ';
      const from = needs[task] ?? [];
      const tail = from.length === 0 ? '' : ` <- ${from.join(', ')}`;
      lines.push(`${number}  ${padTo(labels[task] ?? '', tail === '' ? 0 : width)}${tail}`);
    });
  }
  return lines.join('\n');
}

function needsOf(plan: Plan): string[][] {
  const needs: string[][] = plan.tasks.map(() => []);
  for (const { from, to, label } of edgesOf(plan)) {
    const id = plan.tasks[from]?.id ?? '?';
    needs[to]?.push(label === '' ? id : `${id} (${label})`);
  }
  return needs;
}
